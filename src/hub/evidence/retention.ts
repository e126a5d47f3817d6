import { retainedUntil } from '../../policy/constraints/retain-for.js';
import type { Disclosure } from '../disclosed-row.js';
import { servedEnvelopeInstant } from '../served-instant.js';

/** Until when the records of one answer may be kept: told once for all rows that are shown alike. */
export class Retention {
  private readonly agreed = new Map<Disclosure, string | null>();

  /**
   * @param now      the answer's instant, by the database's clock
   * @param timeZone of the hub, in which envelope instants are coarsened
   */
  constructor(
    private readonly now: Date,
    private readonly timeZone: string,
  ) {}

  /**
   * The earlier of the record's own end and of what its clauses agreed, as it is served; null where neither is known.
   *
   * @param ownCell the record's own end as the database writes it. What is shown of it is as coarse as the record's times:
   *                an exact end would give the event's instant back.
   */
  until(disclosure: Disclosure, ownCell: string | null): string | null {
    const own = servedEnvelopeInstant(ownCell, disclosure.envelope, this.timeZone);
    const agreed = this.agreedFor(disclosure);
    if (own === null || agreed === null) return own ?? agreed;
    return Date.parse(own) <= Date.parse(agreed) ? own : agreed;
  }

  private agreedFor(disclosure: Disclosure): string | null {
    let agreed = this.agreed.get(disclosure);
    if (agreed === undefined) {
      const ends = disclosure.retentions.map(({ retainFor, timeZone }) => retainedUntil(this.now, retainFor, timeZone));
      agreed = ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
      this.agreed.set(disclosure, agreed);
    }
    return agreed;
  }
}
