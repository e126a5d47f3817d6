// Held here: a global is looked up anew at each use, and this is used four times for every character.
const { imul } = Math;

// Offset basis and prime of FNV-1a, 32 bit; further lanes begin elsewhere and so differ in every step.
const FNV_PRIME = 0x01000193;
const BEGINNINGS = [0x811c9dc5, 0x9e3779b9, 0xc2b2ae35, 0x27d4eb2f] as const;

/**
 * 32 hexadecimal digits that stand for a text: FNV-1a in four lanes over its UTF-16 units.
 *
 * Equal texts have equal digests, in any process and release. It is no signature: whoever wants a collision can make one,
 * and gets a source line repeated for it.
 */
export function digestOf(text: string): string {
  let [a, b, c, d]: number[] = [...BEGINNINGS];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = imul(a! ^ unit, FNV_PRIME);
    b = imul(b! ^ unit, FNV_PRIME);
    c = imul(c! ^ unit, FNV_PRIME);
    d = imul(d! ^ unit, FNV_PRIME);
  }
  return [a!, b!, c!, d!].map((lane) => hexOf(spread(lane ^ text.length))).join('');
}

/** Lets the low bits, where FNV mixes best, reach the high ones. */
function spread(lane: number): number {
  const half = imul(lane ^ (lane >>> 15), 0x2c1b3c6d);
  return (half ^ (half >>> 13)) >>> 0;
}

function hexOf(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}
