/**
 * Repeatable chance. The demo world must be the same on every machine and in every order of loading, so nothing here keeps
 * a stream that many readers share: each event draws from a source of its own, named by world, database and number.
 */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** an integer, 0 ≤ x < bound */
  below(bound: number): number;
  /** true with this probability */
  chance(probability: number): boolean;
}

/** A source that always gives the same numbers for the same name. Mulberry32: small, fast, and good enough for invented data. */
export function randomOf(name: string, number = 0): Random {
  let state = mix(hashOf(name) ^ mix(number + 0x9e3779b9));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    return mixOnce(state) / 4294967296;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    chance: (probability) => next() < probability,
  };
}

/** One of the choices, each as often as its weight says. */
export function weightedChoice<T extends string | number>(
  weights: readonly (readonly [T, number])[],
): (random: Random) => T {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return (random) => {
    let left = random.next() * total;
    for (const [choice, weight] of weights) {
      left -= weight;
      if (left < 0) return choice;
    }
    return (weights.at(-1) as readonly [T, number])[0];
  };
}

/** Puts the items into a random order, in place: Fisher and Yates, so every order is as likely as any other. */
export function shuffle(items: Uint8Array, random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const kept = items[last] as number;
    items[last] = items[other] as number;
    items[other] = kept;
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

function mix(value: number): number {
  return mixOnce(mixOnce(value | 0) | 0) | 0;
}

function mixOnce(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
