import { ACTIONS } from '../domain/action.js';
import type { Clause, ClauseScope, Permission, Prohibition } from '../domain/clause.js';
import { SENSITIVITIES } from '../domain/record-type.js';
import { CLEAR, MASKED, type Treatment, WITHHELD } from '../domain/treatment.js';
import {
  isMapping,
  kindOf,
  type Mapping,
  memberOf,
  type Place,
  placeAt,
  readMapping,
  readSet,
  readText,
  readWord,
  shownInput,
} from './document.js';
import { CONSTRAINT_KEYS, readConstraints } from './read-constraints.js';
import { FIELD_NAME, readRows } from './read-rows.js';

const COMMON_KEYS = ['article', 'kind', 'assigner', 'assignee', 'mutual', 'recordType', 'database'] as const;
const RIGHT_KEYS = ['action', 'purposes', 'rows', 'fields'] as const;
const PERMISSION_KEYS = [...COMMON_KEYS, ...RIGHT_KEYS, ...CONSTRAINT_KEYS];
const PROHIBITION_KEYS = [...COMMON_KEYS, ...RIGHT_KEYS, 'sensitivity'];

const NAMES_MAX = 500;
const CODE = { meant: 'the code of an agency or partner', lengthMax: 64, pattern: /^[A-Z0-9]+(-[A-Z0-9]+)*$/ };
const DATABASE_CODE = { ...CODE, meant: 'the code of a shared database' };
const TYPE_NAME = { meant: 'the name of a record type', lengthMax: 100, pattern: /^[A-Za-z][A-Za-z0-9_]*$/ };
const PURPOSE_NAME = { ...TYPE_NAME, meant: 'the name of a purpose' };
const ARTICLE = {
  meant: 'an article number such as `3.1`',
  lengthMax: 20,
  pattern: /^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$/,
};

/** One clause as it stands in the document; whether what it names exists is not asked here. */
export function readClause(place: Place): Clause | undefined {
  const kind = isMapping(place.value)
    ? readWord(placeAt(place, 'kind', memberOf(place.value, 'kind')), ['PERMISSION', 'PROHIBITION'] as const)
    : undefined;
  const keys = kind === 'PROHIBITION' ? PROHIBITION_KEYS : PERMISSION_KEYS;
  const mapping = readMapping(place, keys, 'a clause');
  if (mapping === undefined || kind === undefined) return undefined;
  return kind === 'PERMISSION' ? readPermission(place, mapping) : readProhibition(place, mapping);
}

function readPermission(place: Place, mapping: Mapping): Permission | undefined {
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const common = readCommon(place, mapping);
  const action = readWord(at('action'), ACTIONS);
  const purposes = readSet(at('purposes'), { min: 1, max: NAMES_MAX }, (purpose) => readText(purpose, PURPOSE_NAME));
  const fields = Object.hasOwn(mapping, 'fields') ? readTreatments(at('fields')) : undefined;
  const constraints = readConstraints(place, mapping);
  if (common === undefined || action === undefined || purposes === undefined) return undefined;
  return { kind: 'PERMISSION', ...common, action, purposes, ...(fields === undefined ? {} : { fields }), constraints };
}

function readProhibition(place: Place, mapping: Mapping): Prohibition | undefined {
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const has = (key: string): boolean => Object.hasOwn(mapping, key);
  const common = readCommon(place, mapping);
  const action = has('action') ? readWord(at('action'), ACTIONS) : undefined;
  const bounds = { min: 1, max: NAMES_MAX };
  const purposes = has('purposes') ? readSet(at('purposes'), bounds, (purpose) => readText(purpose, PURPOSE_NAME)) : [];
  const fields = has('fields') ? readSet(at('fields'), bounds, (field) => readText(field, FIELD_NAME)) : undefined;
  const sensitivity = has('sensitivity')
    ? readSet(at('sensitivity'), bounds, (category) => readWord(category, SENSITIVITIES))
    : undefined;
  if (common === undefined || purposes === undefined) return undefined;
  return {
    kind: 'PROHIBITION',
    ...common,
    ...(action === undefined ? {} : { action }),
    purposes,
    ...(fields === undefined ? {} : { fields }),
    ...(sensitivity === undefined ? {} : { sensitivity }),
  };
}

type Common = Pick<Clause, 'article' | 'assigner' | 'assignee' | 'mutual' | 'scope' | 'rows'>;

function readCommon(place: Place, mapping: Mapping): Common | undefined {
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const article = readText(at('article'), ARTICLE);
  const assigner = readText(at('assigner'), CODE);
  const assignee = readText(at('assignee'), CODE);
  const mutual = readFlag(at('mutual'));
  const scope = readScope(place, mapping);
  const rows = Object.hasOwn(mapping, 'rows') ? readRows(at('rows')) : undefined;
  if (article === undefined || assigner === undefined || assignee === undefined) return undefined;
  if (mutual === undefined || scope === undefined) return undefined;
  if (mutual && scope.kind === 'Database') {
    return place.faults.note(at('mutual').path, 'INVALID', '`mutual` needs `recordType`: one database has one owner');
  }
  return { article, assigner, assignee, mutual, scope, ...(rows === undefined ? {} : { rows }) };
}

function readFlag({ value, path, faults }: Place): boolean | undefined {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  return faults.note(path, 'INVALID', `expected \`true\` or \`false\`, found ${kindOf(value)}`);
}

function readScope(place: Place, mapping: Mapping): ClauseScope | undefined {
  const given = ['recordType', 'database'].filter((key) => Object.hasOwn(mapping, key));
  if (given.length !== 1) {
    return place.faults.note(place.path, 'REQUIRED', 'a clause names either `recordType` or `database`');
  }
  if (given[0] === 'recordType') {
    const recordType = readText(placeAt(place, 'recordType', memberOf(mapping, 'recordType')), TYPE_NAME);
    return recordType === undefined ? undefined : { kind: 'RecordType', recordType };
  }
  const database = readText(placeAt(place, 'database', memberOf(mapping, 'database')), DATABASE_CODE);
  return database === undefined ? undefined : { kind: 'Database', database };
}

function readTreatments(place: Place): Readonly<Record<string, Treatment>> | undefined {
  const { value, path, faults } = place;
  if (!isMapping(value))
    return faults.note(path, 'INVALID', `expected fields with their treatment, found ${kindOf(value)}`);
  const names = Object.keys(value).sort();
  if (names.length === 0 || names.length > NAMES_MAX) {
    return faults.note(path, 'INVALID', 'name at least one field, or leave `fields` out');
  }
  const entries = names.flatMap((name) => {
    const at = placeAt(place, shownInput(name), value[name]);
    const field = readText({ ...at, value: name }, FIELD_NAME);
    const treatment = readTreatment(at);
    return field === undefined || treatment === undefined ? [] : [[field, treatment] as const];
  });
  return entries.length === names.length ? Object.fromEntries(entries) : undefined;
}

const PLAIN: Readonly<Record<string, Treatment>> = { CLEAR, MASKED, PSEUDONYM: { kind: 'PSEUDONYM' }, WITHHELD };
const STEP_NAME = { meant: 'a step of the field’s ladder', lengthMax: 100 };

function readTreatment(place: Place): Treatment | undefined {
  if (!isMapping(place.value)) {
    const kind = readWord(place, Object.keys(PLAIN));
    return kind === undefined ? undefined : PLAIN[kind];
  }
  const mapping = readMapping(place, ['GENERALISED'], 'a treatment such as `{ GENERALISED: month }`');
  if (mapping === undefined) return undefined;
  const step = readText(placeAt(place, 'GENERALISED', memberOf(mapping, 'GENERALISED')), STEP_NAME);
  return step === undefined ? undefined : { kind: 'GENERALISED', step };
}
