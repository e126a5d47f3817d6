/** Random choices from a seed: equal seeds choose alike, on any machine. */
export class Choices {
  private state: number;

  constructor(seed: number) {
    // A step apart per seed, so that neighbouring seeds do not begin alike.
    this.state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) >>> 0 || 1;
    for (let warmUp = 0; warmUp < 4; warmUp += 1) this.next();
  }

  /** xorshift, 32 bit (Marsaglia 2003) */
  private next(): number {
    let state = this.state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state >>> 0;
    return this.state;
  }

  /** a whole number in `[0, below)` */
  below(below: number): number {
    return this.next() % below;
  }

  /** TRUE once in so many times */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 0;
  }

  one<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('nothing to choose from');
    return items[this.below(items.length)] as Item;
  }

  /** between `min` and `max` different items, in random order */
  some<Item>(items: readonly Item[], min: number, max: number): readonly Item[] {
    const left = [...items];
    const count = Math.min(left.length, min + this.below(max - min + 1));
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0] as Item);
  }
}
