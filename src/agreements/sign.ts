import type { AgreementHistory, AgreementStep, SignatoryKey } from '../domain/agreement-history.js';
import { countsAt } from './key-validity.js';
import { type Actor, type Outcome, permitted, refused, stepOf } from './outcome.js';
import { TRANSITIONS, type Transition } from './transitions.js';

/** Is `signature` (hexadecimal) an Ed25519 signature (RFC 8032) over the UTF-8 bytes of `text` under `publicKey` (hexadecimal)? */
export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

/** What a signature is checked against. */
export interface SigningRules {
  /** keys of the signing agency */
  readonly keys: readonly SignatoryKey[];
  /** false in production: keys made for the demo world sign nothing there */
  readonly acceptsDemoKeys: boolean;
  readonly verify: VerifySignature;
  /** the database clock's instant */
  readonly now: Date;
}

const SIGNATURE = /^[0-9a-f]{128}$/;

/**
 * Signs the accepted wording. By each party, once. With the last signature the hub finalises, in the same step: from then on
 * the version exists for decisions.
 *
 * @param signature made outside the hub, over the text on the table; only a key of the own agency counts
 * @param row       of the table of transitions: who may sign in which state
 */
export function sign(
  actor: Actor,
  history: AgreementHistory | undefined,
  signature: string,
  rules: SigningRules,
  row: Transition = TRANSITIONS.SIGN,
): Outcome {
  const allowed = permitted('SIGN', actor, history, row);
  if (allowed.kind === 'REFUSED') return allowed;
  const { negotiation } = allowed;
  const { agency, person } = actor;
  const usable = rules.keys.filter(
    (key) => key.agency === agency && countsAt(key, rules.now) && (rules.acceptsDemoKeys || !key.isDemo),
  );
  if (usable.length === 0) {
    return refused(
      'KEY_MISSING',
      'no signatory key of your agency is confirmed and valid now; register and confirm one',
      ['signature'],
    );
  }
  const { reference, version, revision, body } = negotiation.text;
  const isWellFormed = SIGNATURE.test(signature);
  const key = isWellFormed ? usable.find((candidate) => rules.verify(candidate.publicKey, body, signature)) : undefined;
  if (key === undefined) {
    return refused('SIGNATURE_INVALID', 'the signature does not fit this wording and a key of your agency', [
      'signature',
    ]);
  }
  const step: AgreementStep = {
    ...stepOf(allowed.history, { kind: 'SIGN', actor }, { version, revision }),
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
