import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readTerms } from '../../src/agreements/read-terms.js';
import { readStandard } from '../../src/records/read-standard.js';

const RECORDS = 'schema/records';
const AGREEMENTS = 'examples/western-balkans/agreements';
const paths = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

describe('every shipped agreement', () => {
  const read = readStandard(paths(RECORDS, '.graphql').map((path) => ({ path, text: readFileSync(path, 'utf8') })));
  const registry = parse(readFileSync('examples/western-balkans/registry.yaml', 'utf8')) as {
    agencies: { code: string; name: string; partner: string }[];
    databases: { code: string; name: string; owner: string; recordType: string; hosting?: 'HOSTED' }[];
  };
  const databases = registry.databases.map((one, id) => ({ id, ...one, hosting: one.hosting ?? ('HOSTED' as const) }));

  test.each(paths(AGREEMENTS, '.yaml'))('%s is read without a fault', (path) => {
    if (!('standard' in read)) throw new Error(JSON.stringify(read));
    const document = parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    // An end given in days from loading is made a day by the loader.
    const until = String(document.until).startsWith('+') ? '2034-05-01' : document.until;
    const result = readTerms({ ...document, until }, read.standard, { agencies: registry.agencies, databases });
    expect(result).toMatchObject({ kind: 'READ' });
  });
});
