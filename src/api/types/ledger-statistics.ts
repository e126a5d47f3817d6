import { Field, ObjectType } from 'type-graphql';
import { LEDGER_CELLS_MAX, LEDGER_DIMENSIONS } from '../../domain/ledger-view.js';
import { enumOf } from '../enum-of.js';
import { SafeInt } from '../scalars.js';

export const LedgerDimensionEnum = enumOf(
  'LedgerDimension',
  LEDGER_DIMENSIONS,
  'What entries of the ledger are counted by. Days and months are those of the hub’s time zone.',
);

@ObjectType('LedgerGroup', {
  simpleResolvers: true,
  description: 'What the entries of a cell have in common: null where that was not asked, or where they have none.',
})
export class LedgerGroupType {
  @Field(() => String, { nullable: true })
  agency!: string | null;
  @Field(() => String, { nullable: true })
  purpose!: string | null;
  @Field(() => String, { nullable: true })
  outcome!: string | null;
  @Field(() => String, { nullable: true })
  action!: string | null;
  @Field(() => String, { nullable: true })
  database!: string | null;
  @Field(() => String, { nullable: true })
  recordType!: string | null;
  @Field(() => String, { nullable: true, description: 'Such as `2026-11-23` (ISO 8601).' })
  day!: string | null;
  @Field(() => String, { nullable: true, description: 'Such as `2026-11` (ISO 8601).' })
  month!: string | null;
}

@ObjectType('LedgerCell', { simpleResolvers: true })
export class LedgerCellType {
  @Field(() => LedgerGroupType)
  group!: LedgerGroupType;
  @Field(() => SafeInt, { description: 'One that asked two databases counts in the cells of both.' })
  entries!: number;
  @Field(() => SafeInt, {
    description: 'Records disclosed; those counted into cells of statistics are not among them.',
  })
  records!: number;
}

@ObjectType('LedgerStatistics', {
  simpleResolvers: true,
  description: `Counts of the entries the caller may read. At most ${LEDGER_CELLS_MAX} cells; one without entries is absent.`,
})
export class LedgerStatisticsType {
  @Field(() => [LedgerCellType])
  cells!: readonly LedgerCellType[];
}
