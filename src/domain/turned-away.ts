/** Why a request got no further than the door: in words that tell nothing of what it carried. */
export const TURNED_AWAY_REASONS = ['NO_TOKEN', 'NOT_ACCEPTED', 'UNDECIDED'] as const;
/** `UNDECIDED`: whether the token is good could not be found out. */
export type TurnedAwayReason = (typeof TURNED_AWAY_REASONS)[number];

/** Requests of one source in one minute that authentication turned away: they have no ledger entry, only this count. */
export interface TurnedAway {
  /** begin of the minute */
  readonly minute: Date;
  /** IPv4 address, IPv6 network of 64 bits, or OTHER_SOURCES */
  readonly source: string;
  readonly reason: TurnedAwayReason;
  readonly count: number;
}

/** Stands for the sources that were too many to be told apart. */
export const OTHER_SOURCES = 'others';

/** How long the counts are kept: they hold addresses, and are there to find an attack by. */
export const TURNED_AWAY_KEPT_DAYS = 90;
