import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import {
  bodyOf,
  contentFrom,
  contentOf,
  entryOf,
  leafBytes,
  leafOf,
  partsOf,
  pathOf,
  TEXT_LENGTH_MAX,
} from '../../src/audit/entry.js';
import type { LedgerEntry, LedgerLine } from '../../src/domain/ledger.js';
import { sampleEntry } from './sample-entry.js';

const AT = '2026-11-23T10:00:00.000Z';
const HOSTILE = [
  '\r\nfaked: entry',
  '\u001b[31mred',
  '\u202eevil',
  '"}\n{"',
  '\u0000',
  '\\',
  '\ud800',
  '🇦🇱',
  "'; drop table --",
];

/** Salts that count: the same entry has the same bytes in each test. */
function counting(from = 0): () => string {
  let next = from;
  return () => {
    next += 1;
    return next.toString(16).padStart(32, '0');
  };
}

/** A request that asked these databases, each twice. */
function entryOver(databases: readonly string[]): LedgerEntry {
  const [ask] = sampleEntry().asks;
  if (ask === undefined) throw new Error('the sample asks nothing');
  const line = (database: string, records: number): LedgerLine => ({
    database,
    owner: database.slice(0, 2),
    outcome: 'ANSWERED',
    reason: null,
    basis: [],
    records,
    ...(records === 0 ? {} : { disclosed: [{ id: '7', version: records }] }),
  });
  return sampleEntry({
    asks: [
      { ...ask, lines: databases.map((code) => line(code, 1)) },
      { ...ask, lines: [...databases].reverse().map((code) => line(code, 0)) },
    ],
  });
}

const codes = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `DB-${index + 100}`);

describe('the text of an entry', () => {
  test('what is no body of a known format is refused', () => {
    for (const text of ['', 'null', '{}', '{"format":2,"entry":{}}', '{"format":1}']) {
      expect(() => entryOf(text)).toThrow();
      expect(() => contentOf(text)).toThrow();
    }
  });

  test('is parts of canonical JSON (RFC 8785), a line each, whatever the texts in it are', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE));
    const name = fc.string().filter((candidate) => !/^\d+$/.test(candidate) && candidate !== '__proto__');
    const subject = fc.dictionary(
      name,
      fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    );
    fc.assert(
      fc.property(text, text, subject, (person, justification, about) => {
        const { body, content } = bodyOf(sampleEntry({ person, justification, subject: about }), counting());
        for (const line of body.split('\n')) expect(line).toBe(canonicalize(JSON.parse(line)));
        for (const end of ['\r', '\u001e']) expect(body.includes(end)).toBe(false);
        expect(bodyOf(entryOf(body), counting())).toEqual({ body, content });
        expect(contentOf(body)).toBe(content);
      }),
      { seed: 8785, numRuns: 500 },
    );
  });

  test.each(HOSTILE)('keeps hostile text %j inside its string', (text) => {
    const entry = sampleEntry({ person: text, operation: { name: text, hash: null }, subject: { [`x${text}`]: text } });
    const read = entryOf(bodyOf(entry, counting()).body);
    expect(read.person).toBe(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
    expect(Object.keys(read)).toEqual(Object.keys(entryOf(bodyOf(sampleEntry(), counting()).body)));
  });

  test('cuts a text that is too long, and keeps the hash of all of it', () => {
    const long = '🇦🇱'.repeat(250_000);
    const { person } = entryOf(bodyOf(sampleEntry({ person: long }), counting()).body);
    expect(person.length).toBeLessThan(TEXT_LENGTH_MAX + 150);
    expect(person).toContain(createHash('sha256').update(long).digest('hex'));
    expect(person).not.toMatch(/\p{Surrogate}/u);
  });

  test('refuses a subject whose names are numbers: the language would move them', () => {
    expect(() => bodyOf(sampleEntry({ subject: { 12: 'x' } }), counting())).toThrow(/number/);
  });

  test.each([0, 1, 2, 13, 29, 30, 31, 70].map((count) => ({ count })))(
    'comes back whole from its parts, $count databases asked twice',
    ({ count }) => {
      const entry = entryOver(codes(count));
      expect(entryOf(bodyOf(entry, counting()).body)).toEqual(entry);
    },
  );

  test('names the client where the token did', () => {
    const entry = sampleEntry({ client: 'desk-app' });
    expect(entryOf(bodyOf(entry, counting()).body)).toEqual(entry);
  });

  test('of before there were parts is still read, and has the content it had', () => {
    const [ask] = sampleEntry().asks;
    const whole = { ...sampleEntry({ requestId: '0' }), asks: [{ ...ask, lines: [] }] };
    const body = `{"entry":${canonicalize(whole)},"format":1,"salt":"00"}`;
    expect(entryOf(body)).toEqual(whole);
    expect(contentOf(body)).toBe(createHash('sha256').update(body).digest('hex'));
  });
});

describe('the content of an entry', () => {
  test('is reached from each of its parts by a path that is as long for every number of databases up to 29', () => {
    for (const count of [0, 1, 5, 29]) {
      const { body, content } = bodyOf(entryOver(codes(count)), counting());
      for (const { part, text } of partsOf(body)) {
        if (part === 'RECORDS') continue;
        const path = pathOf(body, text);
        expect(path).toHaveLength(5);
        expect(contentFrom(text, path)).toBe(content);
      }
    }
  });

  test('is not reached from a part that was changed, nor from one of another entry', () => {
    const { body, content } = bodyOf(entryOver(codes(3)), counting());
    const other = bodyOf(entryOver(codes(3)), counting(1_000)).body;
    const text = partsOf(body)[3]?.text ?? '';
    const path = pathOf(body, text);
    expect(contentFrom(text.replace('ANSWERED', 'WITHHELD'), path)).not.toBe(content);
    expect(() => pathOf(other, text)).toThrow(/no part/);
    expect(() => contentFrom(text, ['x'])).toThrow(/64 hex digits/);
  });

  test('changes with every part, and with records left out, added or moved', () => {
    const { body, content } = bodyOf(entryOver(codes(4)), counting());
    const lines = body.split('\n');
    const contentOrFault = (text: string): string => {
      try {
        return contentOf(text);
      } catch {
        return 'refused';
      }
    };
    lines.forEach((line, index) => {
      expect(contentOrFault(lines.with(index, line.replace(/.$/, ' }')).join('\n'))).not.toBe(content);
      expect(contentOrFault(lines.toSpliced(index, 1).join('\n'))).not.toBe(content);
      expect(contentOrFault(lines.toSpliced(index, 0, line).join('\n'))).not.toBe(content);
    });
  });

  test('of equal entries differs, for each part has its own salt', () => {
    const entry = sampleEntry();
    expect(bodyOf(entry, counting(1)).content).not.toBe(bodyOf(entry, counting(2)).content);
    const salts = bodyOf(entry, counting()).body.match(/"(salt|padding)":"[0-9a-f]{32}"/g) ?? [];
    expect(new Set(salts.map((text) => text.slice(-33))).size).toBe(salts.length);
  });

  test('stands in the leaf with instant and sequence, and nothing that would tell a stranger', () => {
    const { content } = bodyOf(sampleEntry(), counting());
    expect(Buffer.from(leafBytes(7, AT, content)).toString()).toBe(
      `{"at":"${AT}","content":"${content}","sequence":7}`,
    );
    const same = Buffer.from(leafOf(7, AT, content)).toString('hex');
    const another = content.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    for (const other of [
      leafOf(8, AT, content),
      leafOf(7, '2026-11-23T10:00:00.001Z', content),
      leafOf(7, AT, another),
    ]) {
      expect(Buffer.from(other).toString('hex')).not.toBe(same);
    }
  });
});

describe('who may read which part', () => {
  test('an owner that is shown its line and who asked learns nothing of other databases, of the operation or of its duration', () => {
    const { body } = bodyOf({ ...entryOver(['AL-X', 'ME-Y']), durationMs: 4321 }, counting());
    const shown = partsOf(body).filter(
      (part) => part.part === 'ASKING' || (part.part === 'DATABASE' && part.database.code === 'AL-X'),
    );
    const text = shown.map((part) => part.text).join();
    for (const foreign of ['ME-Y', '4321', 'Page', 'operation']) expect(text).not.toContain(foreign);
  });

  test('which person it was, and why, stands in a part of its own', () => {
    const parts = partsOf(bodyOf(sampleEntry({ justification: 'case 4711' }), counting()).body);
    for (const text of ['officer-7', 'case 4711']) {
      expect(parts.filter((part) => part.text.includes(text)).map(({ part }) => part)).toEqual(['PERSON']);
    }
  });

  test('raw ids stand in a part of their own, behind the hash the line before it names', () => {
    const parts = partsOf(bodyOf(sampleEntry(), counting()).body);
    const withIds = parts.filter(({ text }) => text.includes('"812"'));
    expect(withIds.map(({ part }) => part)).toEqual(['RECORDS']);
  });
});
