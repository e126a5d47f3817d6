import type { RecordRow } from '../../domain/record-type.js';
import { enforcedLater } from './constraint.js';

/** `dataSubjectCategories: [SUSPECT]`: only records about people of these categories, told on each row. */
export const dataSubjectCategories = enforcedLater;

/** Is the record about somebody of one of these categories? Where that is not stated, nobody knows that it is. */
export function isOfCategory(row: RecordRow, categories: readonly string[]): boolean {
  const { dataSubjectCategory = null } = row;
  return dataSubjectCategory !== null && categories.includes(dataSubjectCategory);
}
