/**
 * Environment to checked configuration. The only reader of `process.env`: everything else is handed a `Config`.
 * All problems are found at once; a value that cannot be meant is refused, never replaced by a default.
 */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SETTINGS, type Setting, type SettingName } from './start/settings.js';
import { StartError } from './support/start-error.js';

export interface Config {
  readonly environment: 'development' | 'production' | 'test';
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** absolute path; private to the hub's user */
  readonly dataFolder: string;
  /** absolute path of the record types' SDL files */
  readonly recordsFolder: string;
  /** IANA name */
  readonly timeZone: string;
  readonly demo: 'small' | 'large' | 'off';
  /** what signed texts name as their hub */
  readonly signingEnvironment: string;
  /** absent: the hub starts its own PostgreSQL in the data folder */
  readonly databaseUrl?: string;
  /** absent: only the demo issuer's tokens are accepted */
  readonly issuer?: { readonly issuer: string; readonly audience: string; readonly jwks: string };
  /** what ids, cursors and the reader's password are derived from; absent: made once and kept in the data folder */
  readonly secret?: string;
  /** private key for heads of the ledger, PEM; absent: made once and kept in the data folder */
  readonly ledgerKey?: string;
  /** absolute path; outlives the database */
  readonly safekeepingFolder: string;
  /** how long a recipient's tokens stay the same, where a clause shows a field as PSEUDONYM */
  readonly pseudonymRotation: 'month' | 'quarter' | 'year';
  /** addresses and networks whose `X-Forwarded-For` is believed where refusals are counted */
  readonly trustedProxies: readonly string[];
  /** months that entries of the ledger stay in the database; absent: for ever */
  readonly ledgerKeptMonths?: number;
  /** absolute path of the folder months of the ledger are archived in; absent: none is by itself */
  readonly archiveFolder?: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** how commands find and face a running hub */
  readonly client: { readonly url?: string; readonly token?: string };
  /** plain output where the operator asked for it */
  readonly color: boolean;
  readonly settings: readonly FoundSetting[];
}

/** the environment of the demo world's signed texts */
const DEMO = 'demo';
/** folder inside the data folder, where no other one is set */
const SAFEKEEPING = 'safekeeping';

export interface FoundSetting {
  readonly setting: Setting;
  readonly from: 'environment' | 'file' | 'default' | 'unset';
  readonly value: string | undefined;
}

export interface ConfigProblem {
  readonly name: string;
  /** as it may be shown: a secret's value never */
  readonly has: string;
  readonly wants: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @throws StartError naming every problem: the setting, what it has, what it wants
 */
export function readConfig(environment: Environment = process.env): Config {
  const { config, problems } = checkConfig(environment);
  if (config !== undefined) return config;
  throw new StartError(
    problems.length === 1 ? 'the configuration has a problem' : `the configuration has ${problems.length} problems`,
    problems.map(({ name, has, wants }) => `${name} ${has}; it wants ${wants}`),
  );
}

/** The configuration, or everything that is wrong with it; and what was found, for `besa config check`. */
export function checkConfig(environment: Environment = process.env): {
  readonly config: Config | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly found: readonly FoundSetting[];
} {
  const problems: ConfigProblem[] = [...nearMisses(environment)];
  const production = environment.NODE_ENV === 'production';
  const found = SETTINGS.map((setting) => find(setting, environment, production, problems));
  const values = new Map<SettingName, unknown>();
  for (const { setting, value } of found) {
    if (value === undefined) continue;
    const checked = setting.schema.safeParse(value);
    if (checked.success) values.set(setting.name, checked.data);
    else problems.push({ name: setting.name, has: shown(setting, value), wants: setting.wants });
  }
  problems.push(...folderProblems(found), ...contradictions(found));
  return { config: problems.length === 0 ? configFrom(values, found, environment) : undefined, problems, found };
}

function find(
  setting: Setting,
  environment: Environment,
  production: boolean,
  problems: ConfigProblem[],
): FoundSetting {
  const direct = environment[setting.name];
  const fileName = `${setting.name}_FILE`;
  const file = setting.fromFile ? environment[fileName] : undefined;
  if (direct !== undefined && direct !== '') {
    if (file !== undefined && file !== '') {
      problems.push({ name: fileName, has: `stands beside ${setting.name}`, wants: 'only one of the two to be set' });
    }
    return { setting, from: 'environment', value: direct };
  }
  if (file !== undefined && file !== '') return fromFile(setting, file, problems);
  const byDefault = production && 'production' in setting ? setting.production : setting.default;
  return byDefault === undefined
    ? { setting, from: 'unset', value: undefined }
    : { setting, from: 'default', value: byDefault };
}

function fromFile(setting: Setting, file: string, problems: ConfigProblem[]): FoundSetting {
  try {
    return { setting, from: 'file', value: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    problems.push({
      name: `${setting.name}_FILE`,
      has: `has \`${file}\` (${code})`,
      wants: 'a file this process can read',
    });
    return { setting, from: 'unset', value: undefined };
  }
}

/** A value as it may be shown: of a secret only its length. */
function shown(setting: Setting, value: string): string {
  if (setting.secret) return `has a value of ${value.length} characters`;
  return `has \`${value}\``;
}

function folderProblems(found: readonly FoundSetting[]): readonly ConfigProblem[] {
  const records = settingValue(found, 'BESA_RECORDS');
  if (records === undefined || statSync(records, { throwIfNoEntry: false })?.isDirectory()) return [];
  return [
    { name: 'BESA_RECORDS', has: `has \`${records}\``, wants: 'an existing folder of record types (`*.graphql`)' },
  ];
}

function contradictions(found: readonly FoundSetting[]): readonly ConfigProblem[] {
  const production = settingValue(found, 'NODE_ENV') === 'production';
  const demo = settingValue(found, 'BESA_DEMO') !== 'off';
  const issuer = (['BESA_ISSUER', 'BESA_AUDIENCE', 'BESA_JWKS'] as const).filter((name) => !isSet(found, name));
  const problems: ConfigProblem[] = [];
  // Keys and tokens of the demo world are derivable by anyone: with real records beside them they would open everything.
  if (production && demo) {
    problems.push({
      name: 'BESA_DEMO',
      has: `has \`${settingValue(found, 'BESA_DEMO')}\``,
      wants: '`off` when NODE_ENV is `production`',
    });
  }
  if (issuer.length > 0 && (issuer.length < 3 || production)) {
    const why = issuer.length < 3 ? 'a value, since another of the issuer settings has one' : 'a value in production';
    problems.push(...issuer.map((name) => ({ name, has: 'is not set', wants: why })));
  }
  problems.push(...environmentProblems(found, { production, demo }));
  for (const name of ['BESA_SECRET', 'BESA_LEDGER_KEY'] as const) {
    if (!production || isSet(found, name)) continue;
    problems.push({ name, has: 'is not set', wants: 'a value in production, the same for every process of the hub' });
  }
  return problems;
}

/** INVARIANT (one hub): what is signed for the demo, with keys everybody can derive, never reads like a real hub's, nor the other way. */
function environmentProblems(
  found: readonly FoundSetting[],
  { production, demo }: { readonly production: boolean; readonly demo: boolean },
): readonly ConfigProblem[] {
  const name = settingValue(found, 'BESA_ENVIRONMENT');
  if (name === undefined) {
    if (!production) return [];
    const wants = 'a value in production: it names this hub in what is signed';
    return [{ name: 'BESA_ENVIRONMENT', has: 'is not set', wants }];
  }
  const isDemoName = name === DEMO || name.startsWith(`${DEMO}-`);
  if (isDemoName === demo) return [];
  const wants = demo
    ? '`demo`, or a name that begins with `demo-`, while `BESA_DEMO` is on'
    : 'another name than the demo has';
  return [{ name: 'BESA_ENVIRONMENT', has: `has \`${name}\``, wants }];
}

function isSet(found: readonly FoundSetting[], name: SettingName): boolean {
  return settingValue(found, name) !== undefined;
}

function settingValue(found: readonly FoundSetting[], name: SettingName): string | undefined {
  return found.find(({ setting }) => setting.name === name)?.value;
}

/** A mistyped name would silently leave the default in force. Names far from any setting are somebody else's. */
function nearMisses(environment: Environment): readonly ConfigProblem[] {
  const known = new Set<string>(
    SETTINGS.flatMap(({ name, fromFile: file }) => (file ? [name, `${name}_FILE`] : [name])),
  );
  return Object.keys(environment)
    .filter((name) => name.startsWith('BESA_') && !known.has(name))
    .flatMap((name) => {
      const meant = [...known].find((candidate) => candidate.startsWith('BESA_') && isOneSlipAway(name, candidate));
      return meant === undefined ? [] : [{ name, has: 'is no setting', wants: `to be written \`${meant}\`` }];
    });
}

/** One letter changed, dropped, added, or two neighbours swapped. */
function isOneSlipAway(written: string, meant: string): boolean {
  let start = 0;
  while (start < written.length && written[start] === meant[start]) start++;
  const rest = (text: string, skipped: number): string => text.slice(start + skipped);
  const swapped = `${written[start + 1] ?? ''}${written[start] ?? ''}${rest(written, 2)}`;
  return (
    rest(written, 1) === rest(meant, 1) ||
    rest(written, 1) === rest(meant, 0) ||
    rest(written, 0) === rest(meant, 1) ||
    swapped === rest(meant, 0)
  );
}

function configFrom(
  values: ReadonlyMap<SettingName, unknown>,
  found: readonly FoundSetting[],
  environment: Environment,
): Config {
  const text = (name: SettingName): string | undefined => values.get(name) as string | undefined;
  const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
    (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };
  const [issuer, audience, jwks] = [text('BESA_ISSUER'), text('BESA_AUDIENCE'), text('BESA_JWKS')];
  return {
    environment: values.get('NODE_ENV') as Config['environment'],
    host: text('HOST') ?? '',
    port: values.get('PORT') as number,
    dataFolder: resolve(text('BESA_DATA') ?? ''),
    recordsFolder: resolve(text('BESA_RECORDS') ?? ''),
    timeZone: text('BESA_TIMEZONE') ?? '',
    demo: values.get('BESA_DEMO') as Config['demo'],
    signingEnvironment:
      text('BESA_ENVIRONMENT') ?? (values.get('BESA_DEMO') === 'off' ? (text('NODE_ENV') ?? '') : DEMO),
    ...optional('databaseUrl', text('DATABASE_URL')),
    ...(issuer !== undefined && audience !== undefined && jwks !== undefined
      ? { issuer: { issuer, audience, jwks } }
      : {}),
    ...optional('secret', text('BESA_SECRET')),
    ...optional('ledgerKey', text('BESA_LEDGER_KEY')),
    safekeepingFolder: resolve(text('BESA_SAFEKEEPING') ?? join(text('BESA_DATA') ?? '', SAFEKEEPING)),
    pseudonymRotation: values.get('BESA_PSEUDONYM_ROTATION') as Config['pseudonymRotation'],
    trustedProxies: (values.get('BESA_TRUSTED_PROXIES') as readonly string[] | undefined) ?? [],
    ...(values.has('BESA_LEDGER_KEEP') ? { ledgerKeptMonths: values.get('BESA_LEDGER_KEEP') as number } : {}),
    ...(values.has('BESA_ARCHIVE') ? { archiveFolder: resolve(values.get('BESA_ARCHIVE') as string) } : {}),
    logLevel: values.get('LOG_LEVEL') as Config['logLevel'],
    client: { ...optional('url', text('BESA_URL')), ...optional('token', text('BESA_TOKEN')) },
    color: (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb',
    settings: found,
  };
}
