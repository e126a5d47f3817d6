import {
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  Source,
} from 'graphql';
import type { EnumType, ExchangeStandard, RecordType } from '../domain/record-type.js';
import { checkFieldNames, checkTypeNames } from './check-names.js';
import { inOrder, type Problem, type Report, reportInto } from './problem.js';
import { readDirectives } from './read-directives.js';
import { PURPOSE_ENUM, readPurposes } from './read-purposes.js';
import { readRecordType } from './read-record-type.js';
import { RESERVED_TYPES } from './reserved-names.js';

/** One SDL file as read from disk: `path` as it should appear in messages. */
export interface SdlFile {
  readonly path: string;
  readonly text: string;
}

export type ReadStandard = { readonly standard: ExchangeStandard } | { readonly problems: readonly Problem[] };

/**
 * The exchange standard that a folder of SDL files says, or every problem in them at once (design 4).
 * The order of the files does not matter; record types come out by name, purposes as written.
 */
export function readStandard(files: readonly SdlFile[]): ReadStandard {
  const problems: Problem[] = [];
  const report = reportInto(problems);
  const parts = sortDefinitions(parseFiles(files, problems), report);
  const enums = readEnums(parts.enums, report);
  const located = parts.types.map((node) => readRecordType(node, enums, report));
  for (const type of located) checkFieldNames(type, report);
  checkTypeNames(located, [...enums.keys()], report);
  const [first, ...others] = parts.purposes;
  const purposes = first === undefined ? [] : readPurposes(first, report);
  for (const other of others)
    report(other.name, `\`enum ${PURPOSE_ENUM}\` stands in another file already: keep one of them`);
  // A file that does not parse may be the one that holds what seems to be missing.
  if (problems.length === 0) problems.push(...missing(files, located.length, first !== undefined));
  if (problems.length > 0) return { problems: inOrder(problems) };
  const recordTypes = located.map(({ recordType }) => recordType);
  return {
    standard: {
      recordTypes: recordTypes.sort((a, b) => (a.name < b.name ? -1 : 1)),
      purposes,
      enums: describedEnums(parts.enums, recordTypes),
    },
  };
}

function missing(files: readonly SdlFile[], typesCount: number, hasPurposes: boolean): readonly Problem[] {
  const at = (message: string): Problem => ({ file: files[0]?.path ?? 'schema/records', line: 1, column: 1, message });
  const problems: Problem[] = [];
  if (typesCount === 0)
    problems.push(at('no file holds a record type: write `type Visit @record(plural: "visits") { … }`'));
  if (!hasPurposes) {
    problems.push(
      at(`no file holds the purposes: write \`enum ${PURPOSE_ENUM} { STATISTICS @regime(is: STATISTICS) … }\``),
    );
  }
  return problems;
}

function parseFiles(files: readonly SdlFile[], problems: Problem[]): readonly DocumentNode[] {
  const documents: DocumentNode[] = [];
  for (const { path, text } of files) {
    if (text.trim() === '') {
      problems.push({
        file: path,
        line: 1,
        column: 1,
        message: 'the file is empty: write a record type, or remove the file',
      });
      continue;
    }
    try {
      documents.push(parse(new Source(text, path)));
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const place = error.locations?.[0] ?? { line: 1, column: 1 };
      const what = error.message.replace(/^Syntax Error: /, '').replace(/\.$/, '');
      problems.push({ file: path, ...place, message: `no GraphQL schema language: ${lowerStart(what)}` });
    }
  }
  return documents;
}

const lowerStart = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

interface Parts {
  readonly types: readonly ObjectTypeDefinitionNode[];
  readonly enums: readonly EnumTypeDefinitionNode[];
  readonly purposes: readonly EnumTypeDefinitionNode[];
}

function sortDefinitions(documents: readonly DocumentNode[], report: Report): Parts {
  const types: ObjectTypeDefinitionNode[] = [];
  const enums: EnumTypeDefinitionNode[] = [];
  const purposes: EnumTypeDefinitionNode[] = [];
  for (const document of documents) {
    let typeOfFile: ObjectTypeDefinitionNode | undefined;
    for (const node of document.definitions) {
      if (node.kind === Kind.OBJECT_TYPE_DEFINITION) {
        if (typeOfFile !== undefined) {
          report(
            node.name,
            `the file holds the record type \`${typeOfFile.name.value}\` already: give \`${node.name.value}\` a file of its own`,
          );
        }
        typeOfFile ??= node;
        types.push(node);
      } else if (node.kind === Kind.ENUM_TYPE_DEFINITION) {
        (node.name.value === PURPOSE_ENUM ? purposes : enums).push(node);
      } else {
        report(node, refusalOf(node));
      }
    }
  }
  return { types, enums, purposes };
}

function refusalOf(node: DefinitionNode): string {
  switch (node.kind) {
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return 'only record types and enums stand here: write a `type` with `@record`, its structure as fields';
    case Kind.SCALAR_TYPE_DEFINITION:
      return 'the scalars are built in: remove the definition';
    case Kind.DIRECTIVE_DEFINITION:
      return 'the directives are built in (`besa schema print --directives`): remove the definition';
    case Kind.OPERATION_DEFINITION:
    case Kind.FRAGMENT_DEFINITION:
      return 'this is a query: only record types and enums stand here';
    case Kind.SCHEMA_DEFINITION:
    case Kind.SCHEMA_EXTENSION:
      return 'root fields are generated: remove `schema`';
    default:
      return '`extend` is not for record types: write all fields or values into the one definition';
  }
}

/** The same enum may stand in several files if it is the same in all of them: each file then reads on its own. */
function readEnums(nodes: readonly EnumTypeDefinitionNode[], report: Report): ReadonlyMap<string, readonly string[]> {
  const enums = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const name = node.name.value;
    for (const directive of node.directives ?? []) report(directive, `\`enum ${name}\` takes no directive: remove it`);
    for (const value of node.values ?? []) readDirectives(value.directives, 'enum value', report);
    const stray = node.values?.find((value) => (value.directives?.length ?? 0) > 0);
    if (stray !== undefined) report(stray, `\`@regime\` is for \`enum ${PURPOSE_ENUM}\` only: remove it`);
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name) || RESERVED_TYPES.includes(name)) {
      report(
        node.name,
        `\`${name}\` cannot name an enum here${RESERVED_TYPES.includes(name) ? ', the API has it' : ''}: rename it`,
      );
    }
    const values = (node.values ?? []).map((value) => value.name.value);
    if (values.length === 0) report(node.name, `enum \`${name}\` has no values: write \`{ … }\` with at least one`);
    const repeated = values.find((value, index) => values.indexOf(value) !== index);
    if (repeated !== undefined) report(node.name, `enum \`${name}\` has the value \`${repeated}\` twice: remove one`);
    const other = enums.get(name);
    if (other !== undefined && other.join() !== values.join()) {
      report(
        node.name,
        `enum \`${name}\` stands in another file with other values (${other.join(' ')}): make them the same, or rename one`,
      );
    }
    if (other === undefined) enums.set(name, values);
  }
  return enums;
}

/** What the enums and their values mean, of those that fields use; from the first file that has each. */
function describedEnums(
  nodes: readonly EnumTypeDefinitionNode[],
  recordTypes: readonly RecordType[],
): readonly EnumType[] {
  const used = new Set(recordTypes.flatMap(({ fields }) => fields.map(({ type }) => type.name)));
  const described = new Map<string, EnumType>();
  for (const node of nodes) {
    const name = node.name.value;
    if (!used.has(name) || described.has(name)) continue;
    const values = (node.values ?? []).map((value) => ({
      name: value.name.value,
      description: value.description?.value ?? '',
    }));
    described.set(name, { name, description: node.description?.value ?? '', values });
  }
  return [...described.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
