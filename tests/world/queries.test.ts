import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { worldFolder } from '../../examples/western-balkans/files.js';

const schema = buildSchema(readFileSync(join('schema', 'besa.graphql'), 'utf8'));
const folder = join(worldFolder(), 'queries');

describe('the queries of the demo', () => {
  test.each(readdirSync(folder))('%s is valid against the served schema', (name) => {
    const document = parse(readFileSync(join(folder, name), 'utf8'));
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
  });
});
