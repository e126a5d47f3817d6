export const JOB_OUTCOMES = ['DONE', 'FAILED'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** What a run of a job came to: how much of what. Never a value of a record, never whose. */
export interface JobReport {
  readonly counts: Readonly<Record<string, number>>;
}

/** The last run of a job, of whichever process. */
export interface StoredJob {
  readonly name: string;
  readonly startedAt: Date;
  /** null: under way, or broken off with its process */
  readonly finishedAt: Date | null;
  /** null as long as `finishedAt` is */
  readonly outcome: JobOutcome | null;
  readonly counts: Readonly<Record<string, number>>;
  /** of a run that failed; a code of the catalogue */
  readonly errorCode: string | null;
  /** when the last run that succeeded finished; null: none has yet */
  readonly succeededAt: Date | null;
  /** which process ran it, in words for the operator */
  readonly process: string;
}
