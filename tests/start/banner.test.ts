import { describe, expect, test } from '@jest/globals';
import { bannerLines, type StartFacts, startLogLine } from '../../src/start/banner.js';

const FACTS: StartFacts = {
  version: '0.1.0',
  demo: 'small',
  settings: { count: 14, defaults: 2 },
  database: 'PostgreSQL 18.4 (embedded)',
  migrations: { applied: 12, pending: 0 },
  ledger: { kind: 'VERIFIED', entries: 1204 },
  world: { agencies: 8, databases: 14, agreements: 10, records: 160_000 },
  examples: [
    { label: 'Allowed', command: 'npm run ask' },
    { label: 'Refused', command: 'npm run refuse', remark: 'and why' },
  ],
};

describe('the start page', () => {
  test('tells what runs, where it answers and what to try', () => {
    expect(bannerLines(FACTS, 'http://localhost:4000', false)).toEqual([
      '  Besa 0.1.0            demo mode · synthetic data · not for real records',
      '  ✔ configuration  14 settings (2 defaults)           ✔ database       PostgreSQL 18.4 (embedded)',
      '  ✔ migrations     12 applied, 0 pending              ✔ ledger         1,204 entries verified',
      '  ✔ demo data      8 agencies · 14 databases · 10 agreements · 160,000 records',
      '',
      '  GraphQL      http://localhost:4000/graphql      (a browser gets the offline GraphiQL)',
      '  Health       http://localhost:4000/readyz',
      '',
      '  Allowed:   npm run ask',
      '  Refused:   npm run refuse      → and why',
    ]);
  });

  test('a ledger that does not verify is told loudly, and what it says of itself is left out', () => {
    const explanation = 'entry 7: CHANGED: the stored leaf does not stand for the stored entry';
    const lines = bannerLines({ ...FACTS, ledger: { kind: 'BROKEN', explanation } }, 'http://x', false);
    expect(lines).toContain(`  ✘ THE LEDGER IS BROKEN  ${explanation}`);
    expect(lines.join('\n')).not.toMatch(/verified/);
    const line = startLogLine({ ...FACTS, ledger: { kind: 'BROKEN', explanation } }, 'http://x', new Date(0));
    expect(JSON.parse(line).ledger).toEqual({ kind: 'BROKEN', explanation });
  });

  test('a ledger too long for a start is counted, and not called verified', () => {
    const lines = bannerLines({ ...FACTS, ledger: { kind: 'NOT_CHECKED', entries: 3_000_000 } }, 'http://x', false);
    expect(lines[2]).toMatch(/ledger +3,000,000 entries, not checked at start$/);
  });

  test('without a demo world says nothing of one', () => {
    const { world: _world, examples: _examples, ledger: _ledger, ...bare } = { ...FACTS, demo: 'off' as const };
    const lines = bannerLines(bare, 'http://localhost:4000', false);
    expect(lines[0]).toBe('  Besa 0.1.0');
    expect(lines.join('\n')).not.toMatch(/demo|ledger|npm run/);
  });

  test('is plain text unless colour was asked for', () => {
    expect(bannerLines(FACTS, 'http://x', false).join('')).not.toContain('\u001b');
    expect(bannerLines(FACTS, 'http://x', true).join('')).toContain('\u001b');
  });

  test('is one JSON line for machines', () => {
    const line = startLogLine(FACTS, 'http://localhost:4000', new Date('2026-11-23T12:00:00Z'));
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 30,
      time: 1_795_435_200_000,
      msg: 'listening',
      url: 'http://localhost:4000',
      ledger: { kind: 'VERIFIED', entries: 1204 },
    });
  });
});
