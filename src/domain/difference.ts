/** What a wording changes against the one before it, as people are told of it before anyone signs. */
export const CHANGE_EFFECTS = ['NARROWER', 'WIDER', 'NEUTRAL'] as const;

/** NARROWER: less is permitted, or more forbidden, to the one who receives · WIDER: more, or it is not certain that it is not · NEUTRAL: neither. */
export type ChangeEffect = (typeof CHANGE_EFFECTS)[number];

/** One thing that differs. */
export interface Change {
  readonly effect: ChangeEffect;
  /** null: the agreement as a whole */
  readonly article: string | null;
  /** agencies of the direction it concerns; null with `article` */
  readonly assigner: string | null;
  readonly assignee: string | null;
  /** in the document of the new wording; of what was dropped, in that of the old one */
  readonly path: readonly string[];
  /** for people: who may what no longer, or newly, under which article */
  readonly sentence: string;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** something is narrower and nothing wider: the tightening that one side may enter alone, in what concerns it */
  readonly isNarrower: boolean;
}
