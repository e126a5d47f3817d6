import { Field, ObjectType } from 'type-graphql';
import { SENSITIVITIES, type Sensitivity } from '../../domain/record-type.js';
import { connectionOf } from '../connection.js';
import { enumOf } from '../enum-of.js';

export const SensitivityEnum = enumOf('Sensitivity', SENSITIVITIES, 'What kind of fact a field tells.');

@ObjectType('RecordTypeField', { simpleResolvers: true })
export class RecordTypeFieldType {
  @Field(() => String)
  name!: string;
  @Field(() => String)
  description!: string;
  @Field(() => String, { description: 'As in its file, such as `[CountryCode]` or `String!`; `!` binds imports only.' })
  type!: string;
  @Field(() => SensitivityEnum)
  sensitivity!: Sensitivity;
  @Field(() => Boolean, { description: 'Owner and key together identify a record.' })
  isKey!: boolean;
  @Field(() => Boolean, { description: 'May be summed.' })
  isMeasure!: boolean;
  @Field(() => Boolean, { description: 'May be matched.' })
  isMatchable!: boolean;
  @Field(() => [String], { description: 'Steps it may be generalised to, finest first.' })
  ladder!: readonly string[];
}

@ObjectType('RecordType', { simpleResolvers: true, description: 'A harmonised shape of the exchange standard.' })
export class RecordTypeType {
  @Field(() => String)
  name!: string;
  @Field(() => String)
  plural!: string;
  @Field(() => String)
  description!: string;
  @Field(() => String, { nullable: true, description: 'The entity of the Universal Message Format it is.' })
  umf!: string | null;
  @Field(() => [RecordTypeFieldType])
  fields!: readonly RecordTypeFieldType[];
}

export const RecordTypeConnection = connectionOf(RecordTypeType, 'RecordType');
