import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { demoKey, signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import type { Journey, Step } from '../../examples/western-balkans/journey.js';
import { suspend } from '../../src/agreements/act.js';
import { draft } from '../../src/agreements/draft.js';
import { accept, offer } from '../../src/agreements/negotiate.js';
import { negotiationOf } from '../../src/agreements/negotiation.js';
import type { Outcome } from '../../src/agreements/outcome.js';
import { sign, type VerifySignature } from '../../src/agreements/sign.js';
import type { AgreementHistory, AgreementStep, SignatoryKey } from '../../src/domain/agreement-history.js';
import { STATUS_OF_AGREEMENT, WORLD_NOW, worldFiles } from '../world.js';
import { termsOf, WORLD_LOADED_AT } from '../world-agreements.js';

const WORDING = {
  environment: 'tests',
  sha256: (text: string) => createHash('sha256').update(text, 'utf8').digest('hex'),
};

const verify: VerifySignature = (publicKey, text, signature) => {
  const x = Buffer.from(publicKey, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verifyBytes(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'hex'));
};

const keyOf = (agency: string, id: number): SignatoryKey => {
  const { publicKey } = demoKey(agency);
  return { id, agency, publicKey, isDemo: true, validFrom: new Date(0), confirmedAt: new Date(0) };
};

/** The history with a step's facts added, as the store would record them at the world's loading. */
const recorded = (history: AgreementHistory | undefined, step: AgreementStep): AgreementHistory => {
  const at = WORLD_LOADED_AT;
  const { reference } = step;
  const before = history ?? { reference, events: [], texts: [], signatures: [], finalised: [], acts: [] };
  const events = step.events.map((event, index) => ({ ...event, reference, number: step.number + index, at }));
  return {
    reference,
    events: [...before.events, ...events],
    texts: [...before.texts, ...(step.text === undefined ? [] : [step.text])],
    signatures: [...before.signatures, ...(step.signature === undefined ? [] : [{ ...step.signature, signedAt: at }])],
    finalised: [...before.finalised, ...(step.finalised === undefined ? [] : [{ ...step.finalised, finalisedAt: at }])],
    acts: [...before.acts, ...(step.act === undefined ? [] : [{ ...step.act, reference, effectiveAt: at }])],
  };
};

const taken = (step: Step, history: AgreementHistory | undefined, reference: string, production: boolean): Outcome => {
  const actor = { agency: step.by, person: `demo of ${step.by}` };
  switch (step.act) {
    case 'draft':
      return draft(actor, termsOf(reference), history, WORDING);
    case 'offer':
      return offer(actor, history);
    case 'accept':
      return accept(actor, history);
    case 'sign': {
      if (history === undefined) throw new Error('only what was drafted can be signed');
      const signature = signAsDemo(step.by, negotiationOf(history).text.body);
      const rules = { keys: [keyOf(step.by, 1)], acceptsDemoKeys: !production, verify, now: WORLD_LOADED_AT };
      return sign(actor, history, signature, rules);
    }
    case 'suspend':
      return suspend(actor, history, { reason: step.reason ?? '' }, WORLD_NOW);
  }
};

const walked = ({ agreement, steps }: Journey, production = false): AgreementHistory | undefined =>
  steps.reduce<AgreementHistory | undefined>((history, step) => {
    const outcome = taken(step, history, agreement, production);
    if (outcome.kind === 'REFUSED') throw new Error(`${step.act} of ${step.by}: ${JSON.stringify(outcome.problems)}`);
    return recorded(history, outcome.step);
  }, undefined);

describe('the journeys of the demo’s agreements', () => {
  test('end at the first signature in a hub that accepts no demo keys', () => {
    const signed = worldFiles().journeys.filter(({ steps }) => steps.some(({ act }) => act === 'sign'));
    expect(signed).toHaveLength(9);
    for (const journey of signed) expect(() => walked(journey, true)).toThrow(/^sign of .*KEY_MISSING/);
  });

  test.each(worldFiles().journeys.map((journey) => [journey.agreement, journey] as const))(
    '%s comes as far as it should, every step accepted',
    (reference, journey) => {
      const history = walked(journey);
      if (history === undefined) throw new Error('the journey has no steps');
      const isOffered = STATUS_OF_AGREEMENT[reference] === 'OFFERED';
      expect(negotiationOf(history).state).toBe(isOffered ? 'OFFERED' : 'FINALIZED');
      expect(history.finalised).toHaveLength(isOffered ? 0 : 1);
      expect(history.signatures).toHaveLength(isOffered ? 0 : termsOf(reference).parties.length);
    },
  );
});
