import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { UserError } from '../../domain/errors.js';

@ObjectType('UserError', {
  simpleResolvers: true,
  description: 'Why a mutation was refused: something in its input, or the state of things.',
})
export class UserErrorType {
  @Field(() => [String], { description: 'The place in the input, outermost first.' })
  path!: readonly string[];
  @Field(() => String)
  code!: string;
  @Field(() => String)
  message!: string;
}

/** `{ <field>: node, userErrors }`: what a mutation answers. The node is null exactly if there are errors. */
export function payloadOf<T extends object>(node: ClassType<T>, mutation: string, field: string): ClassType<object> {
  @ObjectType(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`, { simpleResolvers: true })
  class Payload {
    @Field(() => node, { nullable: true, name: field })
    value!: T | null;
    @Field(() => [UserErrorType])
    userErrors!: readonly UserError[];
  }
  return Payload;
}
