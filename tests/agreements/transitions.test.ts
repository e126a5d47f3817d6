import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { TRANSITIONS, WHO } from '../../src/agreements/transitions.js';
import { negotiationPage } from '../../src/agreements/transitions-page.js';
import { gateOf } from '../../src/api/gate.js';
import { NEGOTIATION_STATES } from '../../src/domain/agreement.js';
import { EVENT_KINDS } from '../../src/domain/agreement-history.js';
import { STANDARD } from './small-world.js';

const PAGE = new URL('../../docs/negotiation.md', import.meta.url);

/** The page as it stands in the repository; `UPDATE_GOLDEN=agreements` writes it. */
function golden(text: string): string {
  if (process.env.UPDATE_GOLDEN === 'agreements') writeFileSync(PAGE, text);
  return readFileSync(PAGE, 'utf8');
}

describe('the table of the talks', () => {
  test('is what docs/negotiation.md says', () => {
    const page = negotiationPage();
    expect(golden(page)).toBe(page);
  });

  test('leads to every state, and out of every state but the last', () => {
    const rows = Object.values(TRANSITIONS);
    const reached = new Set(rows.flatMap(({ leadsTo }) => leadsTo.map(({ state }) => state)));
    const left = new Set(rows.flatMap(({ from }) => from));
    expect([...reached].sort()).toEqual([...NEGOTIATION_STATES].sort());
    expect(NEGOTIATION_STATES.filter((state) => !left.has(state))).toEqual([]);
  });

  test('has a row for everything that can happen before a version is finalised', () => {
    const acts = ['SUSPEND', 'RESUME', 'TERMINATE'];
    expect(Object.keys(TRANSITIONS).sort()).toEqual(EVENT_KINDS.filter((kind) => !acts.includes(kind)).sort());
  });

  test('gives each act to the roles of the gate', () => {
    const { Mutation } = gateOf(STANDARD);
    for (const [step, { by, roles }] of Object.entries(TRANSITIONS)) {
      if (by === 'HUB') continue;
      expect([step, Mutation[`${step.toLowerCase()}Agreement`]]).toEqual([step, roles]);
    }
  });

  test('lets nobody do what is the hub’s', () => {
    expect(WHO.HUB.is()).toBe(false);
  });
});
