import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { bodyOf, entryOf, leafBytes, leafOf, TEXT_LENGTH_MAX } from '../../src/audit/entry.js';
import { sampleEntry } from './sample-entry.js';

const SALT = '00112233445566778899aabbccddeeff';
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

describe('the bytes of an entry', () => {
  test('what is no body of a known format is refused', () => {
    for (const text of ['', 'null', '{}', '{"format":2,"entry":{}}', '{"format":1}'])
      expect(() => entryOf(text)).toThrow();
  });

  test('are canonical JSON (RFC 8785) whatever the texts in it are', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE));
    const name = fc.string().filter((candidate) => !/^\d+$/.test(candidate) && candidate !== '__proto__');
    const subject = fc.dictionary(
      name,
      fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    );
    fc.assert(
      fc.property(text, text, subject, (person, justification, about) => {
        const body = bodyOf(sampleEntry({ person, justification, subject: about }), SALT);
        expect(body).toBe(canonicalize(JSON.parse(body)));
        expect(body).not.toMatch(/[\n\r]/);
        expect(bodyOf(entryOf(body), SALT)).toBe(body);
      }),
      { seed: 8785, numRuns: 500 },
    );
  });

  test.each(HOSTILE)('hostile text %j stays inside its string', (text) => {
    const entry = sampleEntry({ person: text, operation: { name: text, hash: null }, subject: { [`x${text}`]: text } });
    const read = entryOf(bodyOf(entry, SALT));
    expect(read.person).toBe(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
    expect(Object.keys(read)).toEqual(Object.keys(entryOf(bodyOf(sampleEntry(), SALT))));
  });

  test('a text that is too long is cut, and the hash of all of it kept', () => {
    const long = '🇦🇱'.repeat(250_000);
    const { person } = entryOf(bodyOf(sampleEntry({ person: long }), SALT));
    expect(person.length).toBeLessThan(TEXT_LENGTH_MAX + 150);
    expect(person).toContain(createHash('sha256').update(long).digest('hex'));
    expect(person).not.toMatch(/\p{Surrogate}/u);
  });

  test('a subject whose names are numbers is refused: the language would move them', () => {
    expect(() => bodyOf(sampleEntry({ subject: { 12: 'x' } }), SALT)).toThrow(/number/);
  });

  test('the leaf is bound to instant, sequence and content, and to nothing it would tell a stranger', () => {
    const body = bodyOf(sampleEntry(), SALT);
    const content = createHash('sha256').update(body).digest('hex');
    const at = '2026-11-23T10:00:00.000Z';
    expect(Buffer.from(leafBytes(7, at, body)).toString()).toBe(`{"at":"${at}","content":"${content}","sequence":7}`);
    const same = Buffer.from(leafOf(7, at, body)).toString('hex');
    for (const other of [leafOf(8, at, body), leafOf(7, '2026-11-23T10:00:00.001Z', body), leafOf(7, at, `${body} `)]) {
      expect(Buffer.from(other).toString('hex')).not.toBe(same);
    }
  });

  test('equal entries have different leaves, for each has its own salt', () => {
    const entry = sampleEntry();
    expect(bodyOf(entry, SALT)).not.toBe(bodyOf(entry, SALT.replace('0', '1')));
  });
});
