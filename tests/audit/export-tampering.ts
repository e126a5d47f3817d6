/** What can be done to an export with an editor: each does it to the lines and says what must be found. */
import { contentOf, leafOf } from '../../src/audit/entry.js';
import { type SignedLedger, signedGroupOf } from './signed-ledger.js';
import { below, type Expected, newLedger, type Random } from './tampering.js';

type Line = Record<string, unknown>;

interface EntryLine extends Line {
  sequence: number;
  at: string;
  body: string;
  leaf: string;
}

const at = (position: number): { from: number; until: number } => ({ from: position, until: position });

const placeOf = (lines: readonly string[], sequence: number): number =>
  lines.findIndex((line) => line.endsWith(`"sequence":${sequence}}`));

const entryAt = (lines: readonly string[], sequence: number): EntryLine =>
  JSON.parse(lines[placeOf(lines, sequence)] ?? '{}') as EntryLine;

function change(lines: string[], sequence: number, changed: Partial<EntryLine>): void {
  const place = placeOf(lines, sequence);
  lines[place] = JSON.stringify({ ...entryAt(lines, sequence), ...changed });
}

const rehashed = (entry: EntryLine): EntryLine => ({
  ...entry,
  leaf: Buffer.from(leafOf(entry.sequence, entry.at, contentOf(entry.body))).toString('hex'),
});

function flipped(text: string, random: Random): string {
  const place = below(random, text.length);
  const other = String.fromCharCode(text.charCodeAt(place) ^ (1 << below(random, 5)));
  return text.slice(0, place) + other + text.slice(place + 1);
}

const anyOf = ({ rows }: SignedLedger, random: Random): number => 1 + below(random, rows.length);

type Tampering = (lines: string[], ledger: SignedLedger, random: Random) => Expected;

export const EXPORT_TAMPERINGS: Readonly<Record<string, Tampering>> = {
  'a bit of a body flipped': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    change(lines, position, { body: flipped(entryAt(lines, position).body, random) });
    return { fault: 'CHANGED', ...at(position) };
  },
  'a body taken out': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    change(lines, position, { body: '' });
    return { fault: 'CHANGED', ...at(position) };
  },
  'a digit of a leaf changed': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const { leaf } = entryAt(lines, position);
    change(lines, position, { leaf: (leaf.startsWith('0') ? '1' : '0') + leaf.slice(1) });
    return { fault: 'CHANGED', ...at(position) };
  },
  'an instant changed': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const moved = new Date(Date.parse(entryAt(lines, position).at) + 1 + below(random, 1_000));
    change(lines, position, { at: moved.toISOString() });
    return { fault: 'CHANGED', ...at(position) };
  },
  'half a line gone': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const place = placeOf(lines, position);
    const line = lines[place] ?? '';
    lines[place] = line.slice(0, 1 + below(random, line.length - 1));
    return { fault: 'UNREADABLE', ...at(position) };
  },
  'a line dropped': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    lines.splice(placeOf(lines, position), 1);
    return { fault: 'MISSING', ...at(position) };
  },
  'a line doubled': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const place = placeOf(lines, position);
    lines.splice(place, 0, lines[place] ?? '');
    return { fault: 'ADDED', ...at(position) };
  },
  'two lines swapped': (lines, ledger, random) => {
    const first = 1 + below(random, ledger.rows.length - 1);
    const second = first + 1 + below(random, ledger.rows.length - first);
    const [a, b] = [placeOf(lines, first), placeOf(lines, second)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return { fault: 'MISSING', ...at(first) };
  },
  'two entries swapped under their sequences': (lines, ledger, random) => {
    const first = 1 + below(random, ledger.rows.length - 1);
    const second = first + 1 + below(random, ledger.rows.length - first);
    const [a, b] = [entryAt(lines, first), entryAt(lines, second)];
    change(lines, first, { ...b, sequence: first });
    change(lines, second, { ...a, sequence: second });
    return { fault: 'MOVED', ...at(first) };
  },
  'an entry replaced and re-hashed': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const other = newLedger(position, random).rows[position - 1];
    if (other?.body != null)
      change(lines, position, rehashed({ ...entryAt(lines, position), at: other.at, body: other.body }));
    return { fault: 'REWRITTEN', ...signedGroupOf(ledger, position) };
  },
  'a line dropped, the rest renumbered and re-hashed': (lines, ledger, random) => {
    const position = 1 + below(random, ledger.rows.length - 1);
    const group = signedGroupOf(ledger, position);
    lines.splice(placeOf(lines, position), 1);
    for (let sequence = position + 1; sequence <= ledger.rows.length; sequence += 1) {
      const place = placeOf(lines, sequence);
      lines[place] = JSON.stringify(rehashed({ ...entryAt(lines, sequence), sequence: sequence - 1 }));
    }
    // The head that stood behind the last of its entries now stands behind one less.
    return { fault: 'MISSING', ...at(group.until) };
  },
  'the tail cut': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    lines.length = placeOf(lines, position);
    return { fault: 'CUT', from: position, until: ledger.rows.length };
  },
  'the tail cut before the end': (lines, ledger, random) => {
    const position = anyOf(ledger, random);
    const end = lines.at(-1) ?? '';
    lines.length = placeOf(lines, position);
    lines.push(end);
    return { fault: 'CUT', from: position, until: ledger.rows.length };
  },
  'the root at the end changed': (lines, ledger) => {
    const { end } = JSON.parse(lines.at(-1) ?? '{}') as { end: Line };
    lines[lines.length - 1] = JSON.stringify({ end: { ...end, root: '0'.repeat(64) } });
    const { length } = ledger.rows;
    return { fault: 'REWRITTEN', from: length, until: length };
  },
  'something behind the end': (lines, ledger) => {
    lines.push(lines.at(-1) ?? '');
    return { fault: 'ADDED', ...at(ledger.rows.length + 1) };
  },
  'the number in the first line changed': (lines, ledger, random) => {
    const header = JSON.parse(lines[0] ?? '{}') as Line;
    const size = ledger.rows.length + 1 + below(random, 5);
    lines[0] = JSON.stringify({ ...header, size });
    return { fault: 'CUT', from: ledger.rows.length + 1, until: size };
  },
  'a head moved to other entries': (lines, ledger, random) => {
    const place = lines.findIndex((line) => line.startsWith('{"head"'));
    const [head = ''] = lines.splice(place, 1);
    const size = ledger.signed[0]?.size ?? 0;
    const before = 1 + below(random, size);
    lines.splice(placeOf(lines, before), 0, head);
    return { fault: 'MISSING', ...at(before) };
  },
};
