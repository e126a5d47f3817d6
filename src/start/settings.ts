/** Every setting the hub knows: one table, from which the check, the documentation and `.env.example` are made. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { durationFrom } from '../domain/duration.js';
import { PSEUDONYM_ROTATIONS } from '../domain/treatment.js';

export interface Setting {
  readonly name: SettingName;
  readonly schema: z.ZodType<unknown>;
  /** what a good value is, completing the sentence “it wants …” */
  readonly wants: string;
  readonly about: string;
  readonly default?: string;
  /** the default instead when NODE_ENV is `production`; `undefined`: none */
  readonly production?: string | undefined;
  /** its value is never shown */
  readonly secret: boolean;
  /** NAME_FILE may name a file that holds the value */
  readonly fromFile: boolean;
}

export type SettingName = (typeof NAMES)[number];

const NAMES = [
  'PORT',
  'HOST',
  'NODE_ENV',
  'LOG_LEVEL',
  'BESA_DATA',
  'BESA_RECORDS',
  'BESA_TIMEZONE',
  'BESA_DEMO',
  'BESA_ENVIRONMENT',
  'DATABASE_URL',
  'BESA_ISSUER',
  'BESA_AUDIENCE',
  'BESA_JWKS',
  'BESA_SECRET',
  'BESA_LEDGER_KEY',
  'BESA_SAFEKEEPING',
  'BESA_PSEUDONYM_ROTATION',
  'BESA_TRUSTED_PROXIES',
  'BESA_LEDGER_KEEP',
  'BESA_ARCHIVE',
  'BESA_URL',
  'BESA_TOKEN',
] as const;

export const SECRET_CHARACTERS_MIN = 32;

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535));

const host = z.string().regex(/^[A-Za-z0-9.:_-]+$/);

const timeZone = z.string().refine((name) => {
  // `+02:00` names an offset, not a zone whose summers are known.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
});

const isUrl = (protocols: readonly string[]) => (text: string) =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

const databaseUrl = z
  .string()
  .refine(isUrl(['postgres:', 'postgresql:']))
  .refine((text) => new URL(text).pathname.length > 1 && new URL(text).username !== '');

// A path, or https; other schemes are refused rather than taken for a file name.
const keys = z.string().refine((text) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || isUrl(['https:', 'file:'])(text));

/** An address, or a network with its number of bits. */
const isAddressOrNetwork = (entry: string): boolean => {
  const [address = '', bits, ...rest] = entry.split('/');
  const bitsMax = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax))
  );
};

const proxies = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .refine((entries) => entries.every(isAddressOrNetwork));

const wholeMonths = z
  .string()
  .transform((text) => durationFrom(text))
  .refine((duration) => duration !== null && duration.days === 0 && duration.months > 0)
  .transform((duration) => duration?.months ?? Number.NaN);

const PRIVATE_KEY_PEM = /^\s*-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/;

const ENVIRONMENT_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const plain = { secret: false, fromFile: false } as const;
const secret = { secret: true, fromFile: true } as const;

export const SETTINGS: readonly Setting[] = [
  {
    ...plain,
    name: 'PORT',
    schema: port,
    default: '4000',
    wants: 'a whole number from 0 to 65535 (0: any free port)',
    about: 'Port of the HTTP interface.',
  },
  {
    ...plain,
    name: 'HOST',
    schema: host,
    default: '127.0.0.1',
    wants: 'an address or a host name, such as `127.0.0.1` or `0.0.0.0`',
    about: 'Address the hub listens on. Other machines reach it only if you change this; put TLS in front.',
  },
  {
    ...plain,
    name: 'NODE_ENV',
    schema: z.enum(['development', 'production', 'test']),
    default: 'development',
    wants: '`development`, `production` or `test`',
    about: '`production` refuses the demo world, its issuer and its keys, and writes logs as JSON.',
  },
  {
    ...plain,
    name: 'LOG_LEVEL',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    wants: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
    about: 'Least severe log line that is written. No level writes record values.',
  },
  {
    ...plain,
    name: 'BESA_DATA',
    schema: z.string(),
    default: '.besa',
    wants: 'a folder the hub may write to',
    about: 'Folder for what the hub keeps outside a database of yours: its own PostgreSQL, generated keys, `hub.json`.',
  },
  {
    ...plain,
    name: 'BESA_RECORDS',
    schema: z.string(),
    default: 'schema/records',
    wants: 'an existing folder of record types (`*.graphql`)',
    about: 'Folder of the exchange standard: the record types and purposes.',
  },
  {
    ...plain,
    name: 'BESA_TIMEZONE',
    schema: timeZone,
    default: 'Europe/Tirane',
    wants: 'an IANA time zone, such as `Europe/Tirane`',
    about: 'Time zone in which days, months, quarters and years of records fall. Fixed once record tables exist.',
  },
  {
    ...plain,
    name: 'BESA_DEMO',
    schema: z.enum(['small', 'large', 'off']),
    default: 'small',
    production: 'off',
    wants: '`small`, `large` or `off`',
    about: 'The synthetic demo world loaded at start. Never together with real records.',
  },
  {
    ...plain,
    name: 'BESA_ENVIRONMENT',
    schema: z.string().regex(ENVIRONMENT_NAME),
    wants: 'a name of small letters, digits and hyphens, such as `tirana-2024`',
    about:
      'Names this hub in every text that is signed: a signature given for one hub is worth nothing in another. Never changed once anything is signed; required in production. Unset: `demo` with the demo world, else NODE_ENV.',
  },
  {
    ...secret,
    name: 'DATABASE_URL',
    schema: databaseUrl,
    wants: 'a URL `postgres://role:password@host:port/database`',
    about:
      'PostgreSQL 15 or newer; its role needs CREATEROLE and CREATE on the database. Unset: the hub starts its own.',
  },
  {
    ...plain,
    name: 'BESA_ISSUER',
    schema: z.string().max(500),
    wants: 'the `iss` of accepted tokens',
    about: 'Who issues the tokens of agencies. With BESA_AUDIENCE and BESA_JWKS; required in production.',
  },
  {
    ...plain,
    name: 'BESA_AUDIENCE',
    schema: z.string().max(500),
    wants: 'the `aud` of accepted tokens',
    about: 'For whom tokens must be issued.',
  },
  {
    ...plain,
    name: 'BESA_JWKS',
    schema: keys,
    wants: 'the path of a JSON key set, or its https URL',
    about: 'Public keys of the issuer.',
  },
  {
    ...secret,
    name: 'BESA_SECRET',
    schema: z.string().min(SECRET_CHARACTERS_MIN),
    wants: `at least ${SECRET_CHARACTERS_MIN} random characters, such as from \`openssl rand -base64 36\``,
    about:
      'What served ids, cursors, tokens and the reader role are protected with; the same for every process on one database. Required in production; else made once and kept in BESA_DATA.',
  },
  {
    ...secret,
    name: 'BESA_LEDGER_KEY',
    schema: z.string().regex(PRIVATE_KEY_PEM),
    wants: 'a private Ed25519 key, PKCS #8 in PEM, such as from `openssl genpkey -algorithm ed25519`',
    about:
      'Key that heads of the ledger are signed with; the same for every process on one database, and replaced by `besa audit rotate-key` alone. Required in production; else made once and kept in BESA_DATA.',
  },
  {
    ...plain,
    name: 'BESA_SAFEKEEPING',
    schema: z.string(),
    wants: 'a folder the hub may read and write',
    about:
      'Folder for what a restored database must not take back: the newest signed head, heads that were brought back, erasures. On another disk than the database, outside its backups; the same for every process. Unset: `safekeeping` in BESA_DATA.',
  },
  {
    ...plain,
    name: 'BESA_PSEUDONYM_ROTATION',
    schema: z.enum(PSEUDONYM_ROTATIONS),
    default: 'year',
    wants: '`month`, `quarter` or `year`',
    about:
      'How long the tokens of a recipient stay the same, where a clause shows a field as PSEUDONYM: to the end of the calendar month, quarter or year of BESA_TIMEZONE. The same for every process on one database.',
  },
  {
    ...plain,
    name: 'BESA_TRUSTED_PROXIES',
    schema: proxies,
    wants: 'addresses and networks, separated by commas, such as `10.0.0.7` or `10.1.0.0/16,fd00::/8`',
    about:
      'Proxies in front of the hub whose `X-Forwarded-For` says where a request came from, where refused requests are counted by source. Unset: the address that reached the hub counts, behind a proxy the proxy’s.',
  },
  {
    ...plain,
    name: 'BESA_LEDGER_KEEP',
    schema: wholeMonths,
    wants: 'a duration of whole months, such as `P5Y` or `P18M`',
    about:
      'How long entries of the ledger stay in the database; then they go month by month into BESA_ARCHIVE, and the tree over them stays. Unset: for ever.',
  },
  {
    ...plain,
    name: 'BESA_ARCHIVE',
    schema: z.string(),
    wants: 'a folder the hub may write to, on storage that is kept',
    about: 'Where months of the ledger go that BESA_LEDGER_KEEP lets go. Unset: nothing goes by itself.',
  },
  {
    ...plain,
    name: 'BESA_URL',
    schema: z.string().refine(isUrl(['http:', 'https:'])),
    wants: 'a URL, such as `http://127.0.0.1:4000`',
    about: 'The running hub that commands talk to. Unset: the one that wrote `hub.json` in BESA_DATA.',
  },
  {
    ...secret,
    name: 'BESA_TOKEN',
    schema: z.string(),
    wants: 'a token of the issuer',
    about: 'Whom commands act as, where no demo identity is used.',
  },
];

/** The settings as a table in Markdown, for `docs/operations.md`. */
export function settingsTable(): string {
  const rows = SETTINGS.map((setting) => {
    const name = setting.fromFile ? `\`${setting.name}\` or \`${setting.name}_FILE\`` : `\`${setting.name}\``;
    return `| ${name} | ${defaultOf(setting)} | ${setting.wants} | ${setting.about} |`;
  });
  return ['| Setting | Default | Wants | What it does |', '|---|---|---|---|', ...rows].join('\n');
}

function defaultOf(setting: Setting): string {
  if (setting.default === undefined) return '–';
  return setting.production === undefined
    ? `\`${setting.default}\``
    : `\`${setting.default}\`; \`${setting.production}\` in production`;
}

/** The settings as `.env.example`: every line commented out, with its default or an empty value. */
export function envExample(): string {
  const head = '# Settings of the hub; what is commented out has the value shown. Full table: docs/operations.md\n';
  const lines = SETTINGS.map(
    ({ name, about, wants, default: value }) => `# ${about}\n# Wants ${wants}.\n#${name}=${value ?? ''}\n`,
  );
  return [head, ...lines].join('\n');
}
