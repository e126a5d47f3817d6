import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import { RAW_JSON } from '../../src/api/assemble.js';
import type { ApiContext } from '../../src/api/context.js';
import { carryOut, DataText } from '../../src/api/execute.js';
import { HubError } from '../../src/domain/errors.js';

/** Root fields told as text (`page`, `one`, `must`) beside one that graphql-js walks (`plain`). */
function world() {
  const schema: GraphQLSchema = buildSchema(`
    type Query { page(purpose: String, n: Int): Row! one(fails: Boolean): Row must(fails: Boolean): Row! plain(n: Int): Row strict: Row! }
    type Mutation { act: Row  other: Row }
    type Row { name: String! }`);
  const calls: string[] = [];
  const row = (name: string) => ({ name });
  const raw = async (args: Record<string, unknown>, info: GraphQLResolveInfo) => {
    calls.push(`${info.path.key}(${JSON.stringify(args)})`);
    if (args.fails === true) throw new HubError('SOURCE_UNAVAILABLE');
    return args.n === 0 ? null : { toJson: () => JSON.stringify({ name: info.fieldName }) };
  };
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const name of ['page', 'one', 'must']) {
    const field = fields[name]!;
    field.extensions = { [RAW_JSON]: true };
    field.resolve = (_root, args, _context, info) => raw(args, info);
  }
  fields.plain!.resolve = (_root, args) => row(`plain ${args.n ?? ''}`.trim());
  fields.strict!.resolve = () => {
    throw new HubError('SOURCE_UNAVAILABLE');
  };
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) field.resolve = () => row('done');
  const run = async (query: string, variables: Record<string, unknown> = {}, operationName: string | null = null) => {
    const context = { request: { requestId: 'r', action: '', operation: { name: null, hash: null } } };
    const answer = await carryOut({
      schema,
      document: parse(query),
      operationName,
      variables,
      context: context as unknown as ApiContext,
    });
    const data: unknown = answer.data instanceof DataText ? JSON.parse(answer.data.json) : answer.data;
    const keys = typeof data === 'object' && data !== null ? Object.keys(data) : [];
    return { data, keys, errors: answer.errors, action: context.request.action };
  };
  return { run, calls };
}

describe('an operation', () => {
  test('whose non-null text field fails has no data at all', async () => {
    const { data, errors } = await world().run('{ page { name } must(fails: true) { name } plain { name } }');
    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['must'],
        extensions: expect.objectContaining({ code: 'SOURCE_UNAVAILABLE', http: { status: 503 } }),
      }),
    ]);
  });

  test('whose non-null walked field fails has no data either', async () => {
    const { data, errors } = await world().run('{ page { name } strict { name } }');
    expect(data).toBeNull();
    expect(errors?.map(({ path }) => path)).toEqual([['strict']]);
  });

  test('whose nullable text field fails keeps the others', async () => {
    const { data, errors } = await world().run('{ page { name } one(fails: true) { name } }');
    expect(data).toEqual({ page: { name: 'page' }, one: null });
    expect(errors?.map(({ path }) => path)).toEqual([['one']]);
  });

  test('with an argument of two purposes asks nothing', async () => {
    const { run, calls } = world();
    const { errors } = await run('{ a: page(purpose: "A") { name } b: page(purpose: "B") { name } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', reason: 'REGIME_MISMATCH' });
    expect(calls).toEqual([]);
  });

  test('with two mutations does neither', async () => {
    const { errors } = await world().run('mutation { act { name } other { name } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 1 });
  });

  test('that is not among those of the document is refused', async () => {
    const { errors } = await world().run('query A { plain { name } }', {}, 'B');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('text and walked fields', () => {
  test('stand in the order of the document, each text field asked once', async () => {
    const { run, calls } = world();
    const { data, keys, action } = await run(
      '{ b: plain(n: 1) { name } page { name } __typename a: one { name } c: plain { name } }',
    );
    expect(keys).toEqual(['b', 'page', '__typename', 'a', 'c']);
    expect(data).toEqual({
      b: { name: 'plain 1' },
      page: { name: 'page' },
      __typename: 'Query',
      a: { name: 'one' },
      c: { name: 'plain' },
    });
    expect(calls).toEqual(['page({})', 'a({})']);
    expect(action).toBe('plain,page,__typename,one,plain');
  });

  test('come through fragments, and a field named twice is asked once', async () => {
    const { run, calls } = world();
    const { keys } = await run(
      '{ ...F page { name } ... on Query { one { name } } } fragment F on Query { page { name } plain { name } }',
    );
    expect(keys).toEqual(['page', 'plain', 'one']);
    expect(calls).toEqual(['page({})', 'one({})']);
  });

  test('obey @skip and @include, call by call of one document', async () => {
    const { run } = world();
    const document =
      'query ($no: Boolean!) { page @skip(if: $no) { name } one @include(if: $no) { name } plain { name } }';
    expect((await run(document, { no: true })).keys).toEqual(['one', 'plain']);
    expect((await run(document, { no: false })).keys).toEqual(['page', 'plain']);
  });

  test('take their arguments from variables, coerced', async () => {
    const { run, calls } = world();
    await run('query ($n: Int, $unset: String) { page(n: $n, purpose: $unset) { name } }', { n: 3 });
    expect(calls).toEqual(['page({"n":3})']);
  });

  test('a text field may be null', async () => {
    const { data, errors } = await world().run('query ($f: Boolean) { one(fails: $f) { name } }');
    expect([data, errors]).toEqual([{ one: { name: 'one' } }, undefined]);
  });
});
