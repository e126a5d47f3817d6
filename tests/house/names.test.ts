import { describe, expect, test } from '@jest/globals';
import { type DefinitionNode, parse } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { ENVELOPE_FIELDS, screamingCase, snakeCase } from '../../src/domain/record-type.js';
import { readSource, sourceFiles, wordsOf } from './sources.js';

/** Everything the exchange standard and the demo world name, which running code must not. */
interface Names {
  readonly recordTypes: readonly string[];
  readonly fields: readonly string[];
  readonly purposes: readonly string[];
  readonly enumerations: readonly string[];
  readonly parties: readonly string[];
}

function readNames(): Names {
  const definitions = sourceFiles(['schema/records'], ['.graphql']).flatMap(
    (file) => parse(readSource(file)).definitions,
  );
  const registry = parseYaml(readSource('examples/western-balkans/registry.yaml')) as Record<
    string,
    readonly { code: string }[]
  >;
  const codes = (list: string): readonly string[] => (registry[list] ?? []).map(({ code }) => code);
  return {
    recordTypes: definitions.flatMap((node) => (node.kind === 'ObjectTypeDefinition' ? recordTypeNames(node) : [])),
    // One-word names (`status`, `route`) are English first; the ones of several words can only be meant.
    fields: definitions.flatMap(fieldNames).filter((name) => /[a-z][A-Z]/.test(name) && !isEnvelope(name)),
    purposes: definitions.flatMap((node) => enumValues(node, (name) => name === 'Purpose')),
    enumerations: definitions.flatMap((node) =>
      node.kind === 'EnumTypeDefinition' && node.name.value !== 'Purpose' ? [node.name.value] : [],
    ),
    parties: [...codes('agencies'), ...codes('databases'), ...codes('partners')],
  };
}

function recordTypeNames(node: Extract<DefinitionNode, { kind: 'ObjectTypeDefinition' }>): readonly string[] {
  const plural = node.directives
    ?.flatMap((directive) => directive.arguments ?? [])
    .find(({ name }) => name.value === 'plural');
  const name = node.name.value;
  const root = name.charAt(0).toLowerCase() + name.slice(1);
  return [name, root, snakeCase(name), ...(plural?.value.kind === 'StringValue' ? [plural.value.value] : [])];
}

function fieldNames(node: DefinitionNode): readonly string[] {
  return node.kind === 'ObjectTypeDefinition' ? (node.fields ?? []).map((field) => field.name.value) : [];
}

function isEnvelope(name: string): boolean {
  return (ENVELOPE_FIELDS as readonly string[]).includes(name);
}

function enumValues(node: DefinitionNode, wanted: (name: string) => boolean): readonly string[] {
  if (node.kind !== 'EnumTypeDefinition' || !wanted(node.name.value)) return [];
  return (node.values ?? []).map((value) => value.name.value);
}

/** Names used by running code: as an identifier, as a whole text, or as a word of several parts within a text. */
function namesUsed(source: string, names: readonly string[]): readonly string[] {
  const { identifiers, texts } = wordsOf(source);
  const whole = new Set(texts);
  const words = new Set(texts.join('\n').match(/[\w-]+/g) ?? []);
  // A partner's code of two letters is also an English word: within longer texts only names of several parts count.
  const isOfParts = (name: string): boolean => /[a-z][A-Z]|[-_]/.test(name);
  return names.filter((name) => identifiers.has(name) || whole.has(name) || (isOfParts(name) && words.has(name)));
}

const names = readNames();
const all = [...new Set(Object.values(names).flat())];
const inEveryForm = [...all, ...names.fields.flatMap((name) => [snakeCase(name), screamingCase(name)])];

describe('what the code may not know', () => {
  test('the names are read from the standard and the demo world', () => {
    for (const found of Object.values(names)) expect(found.length).toBeGreaterThan(4);
    expect(names.recordTypes).toEqual(expect.arrayContaining(['BorderCrossing', 'borderCrossings', 'border_crossing']));
    expect(names.parties).toEqual(expect.arrayContaining(['AL-BMP', 'AL-BORDER-CROSSINGS', 'AL']));
  });

  test('a name in a text, an identifier or a template is found, in a comment not', () => {
    const source =
      "// BorderCrossing of AL-BMP\nconst borderSection = 'AL-BMP' + `select * from records.border_crossing`;\n";
    expect(namesUsed(source, inEveryForm).toSorted()).toEqual(['AL-BMP', 'borderSection', 'border_crossing']);
  });

  test('no file of src/ or migrations/ names a record type, a field, a purpose, a partner, an agency or a database', () => {
    const used = sourceFiles(['src', 'migrations']).flatMap((file) =>
      namesUsed(readSource(file), inEveryForm).map((name) => `${file}: ${name}`),
    );
    expect(used).toEqual([]);
  });
});
