import type { AgreementHistory, AgreementStep, SignatoryKey } from '../domain/agreement-history.js';
import { negotiationOf } from './negotiation.js';
import { type Actor, isVisibleTo, type Outcome, refused, stepOf, UNKNOWN_AGREEMENT, wrongState } from './outcome.js';

/** Is `signature` (hexadecimal) an Ed25519 signature (RFC 8032) over the UTF-8 bytes of `text` under `publicKey` (hexadecimal)? */
export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

/** What a signature is checked against. */
export interface SigningRules {
  /** keys of the signing agency */
  readonly keys: readonly SignatoryKey[];
  /** false in production: keys made for the demo world sign nothing there */
  readonly acceptsDemoKeys: boolean;
  readonly verify: VerifySignature;
}

const SIGNATURE = /^[0-9a-f]{128}$/;

/**
 * Signs the accepted wording. By each party, once. With the last signature the hub finalises, in the same step: from then on
 * the version exists for decisions.
 *
 * @param signature made outside the hub, over the text on the table; only a key of the own agency counts
 */
export function sign(
  actor: Actor,
  history: AgreementHistory | undefined,
  signature: string,
  rules: SigningRules,
): Outcome {
  if (history === undefined) return UNKNOWN_AGREEMENT;
  const negotiation = negotiationOf(history);
  const { agency, person } = actor;
  if (!isVisibleTo(agency, negotiation)) return UNKNOWN_AGREEMENT;
  if (negotiation.signed.includes(agency)) return refused('ALREADY_DONE', 'your agency signed this wording already');
  if (negotiation.state !== 'ACCEPTED' && negotiation.state !== 'AGREED') return wrongState(negotiation, 'signed');
  const usable = rules.keys.filter((key) => key.agency === agency && isUsable(key, rules.acceptsDemoKeys));
  if (usable.length === 0)
    return refused('KEY_MISSING', 'no signatory key of your agency is registered', ['signature']);
  const { reference, version, revision, body } = negotiation.text;
  const isWellFormed = SIGNATURE.test(signature);
  const key = isWellFormed ? usable.find((candidate) => rules.verify(candidate.publicKey, body, signature)) : undefined;
  if (key === undefined) {
    return refused('SIGNATURE_INVALID', 'the signature does not fit this wording and a key of your agency', [
      'signature',
    ]);
  }
  const step: AgreementStep = {
    ...stepOf(history, { kind: 'SIGN', actor }, { version, revision }),
    signature: { reference, version, revision, agency, keyId: key.id, signature },
  };
  const isLast = negotiation.terms.parties.every((party) => party === agency || negotiation.signed.includes(party));
  if (!isLast) return { kind: 'STEP', step };
  const finalise = { kind: 'FINALIZE', version, revision, person } as const;
  return {
    kind: 'STEP',
    step: { ...step, events: [...step.events, finalise], finalised: { reference, version, revision } },
  };
}

/** Does the key sign anything now? One that was ended does not, nor a demo key in production. */
function isUsable(key: SignatoryKey, acceptsDemoKeys: boolean): boolean {
  return key.endedAt === undefined && (acceptsDemoKeys || !key.isDemo);
}
