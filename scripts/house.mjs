// The rules of the house: who may import whom. `.dependency-cruiser.mjs` is generated from this table and nothing else.

/** A folder of src/ may import itself and what is listed; nothing else. */
export const MAY_IMPORT = {
  support: [],
  domain: ['support'],
  agreements: ['domain', 'support'],
  policy: ['domain', 'support'],
  plan: ['domain', 'support'],
  sql: ['domain', 'plan', 'support'],
  disclosure: ['domain', 'support'],
  audit: ['domain', 'support'],
  records: ['domain', 'support'],
  hub: ['domain', 'agreements', 'policy', 'plan', 'sql', 'disclosure', 'audit', 'records', 'support'],
  cooperation: ['domain', 'records', 'hub', 'support'],
  persistence: ['domain', 'sql', 'audit', 'records', 'hub', 'cooperation', 'support'],
  identity: ['domain', 'hub', 'support'],
  api: ['domain', 'records', 'hub', 'cooperation', 'support'],
  http: ['domain', 'api', 'hub', 'cooperation', 'support'],
  cli: ['domain', 'records', 'audit', 'hub', 'cooperation', 'support'],
  web: [],
};

/** What the composition root is made of: it may import anything but the process entries. */
export const COMPOSITION = ['start'];

/** No library and no Node module, with the exceptions below. */
export const PURE = ['support', 'domain', 'agreements', 'policy', 'plan', 'sql', 'disclosure', 'audit', 'records'];

/** What a pure folder may import all the same: hashing, and GraphQL's own parser. */
export const PURE_EXCEPTIONS = {
  audit: ['^crypto$', '^node:crypto$'],
  records: ['/node_modules/graphql/', '^node_modules/graphql/'],
};

/** These see only `hub/ports.ts` of the hub. */
export const ADAPTERS = ['persistence', 'identity'];

/** Files that stand above the table: process entries, and the composition root. */
export const ENTRIES = ['src/main.ts', 'src/app.ts', 'src/cli/main.ts'];

/** The environment's reader stands beside the folders; these may import it. */
export const MAY_READ_CONFIG = ['cli'];

export const FUNCTION_LINES_MAX = 70;
export const FILE_LINES_MAX = 400;

const escaped = (path) => path.replaceAll('.', '\\.');
const anyOf = (paths) => `^(${paths.map(escaped).join('|')})$`;

/** @returns rules in the form dependency-cruiser reads */
export function rulesFrom(table = MAY_IMPORT) {
  const entries = anyOf(ENTRIES);
  const folders = Object.entries(table).map(([folder, allowed]) => ({
    name: `imports-of-${folder}`,
    comment: `src/${folder} may import: ${[folder, ...allowed].join(', ')}`,
    severity: 'error',
    from: { path: `^src/${folder}/`, pathNot: entries },
    to: { path: '^(src|migrations)/', pathNot: [`^src/(${[folder, ...allowed].join('|')})/`, ...alsoAllowed(folder)] },
  }));
  return [...folders, ...generalRules(table, entries)];
}

function alsoAllowed(folder) {
  // The list of migrations is the one thing of the repository outside src/ that running code needs.
  if (folder === 'persistence') return ['^migrations/index\\.ts$'];
  return MAY_READ_CONFIG.includes(folder) ? ['^src/config\\.ts$'] : [];
}

function generalRules(table, entries) {
  const known = [...Object.keys(table), ...COMPOSITION].join('|');
  return [
    ...PURE.map((folder) => ({
      name: `purity-of-${folder}`,
      comment: `src/${folder} imports no library and no Node module`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { pathNot: ['^src/', ...(PURE_EXCEPTIONS[folder] ?? [])] },
    })),
    {
      name: 'adapters-see-ports',
      comment: 'of hub/, adapters see only ports.ts',
      severity: 'error',
      from: { path: `^src/(${ADAPTERS.join('|')})/` },
      to: { path: '^src/hub/', pathNot: '^src/hub/ports\\.ts$' },
    },
    {
      name: 'every-folder-has-a-row',
      comment: 'a folder of src/ without a row in the table could import anything',
      severity: 'error',
      from: { path: '^src/', pathNot: [`^src/(${known})/`, entries, '^src/config\\.ts$'] },
      to: {},
    },
    {
      name: 'examples-are-loaded-by-the-composition',
      comment: 'the hub works without its demo world',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: [`^src/(${COMPOSITION.join('|')})/`, entries] },
      to: { path: '^examples/' },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'a migration that imports code changes when the code does; it must not',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(src|examples)/' },
    },
    {
      name: 'tests-are-imported-by-nobody',
      severity: 'error',
      from: { path: '^(src|migrations|examples)/' },
      to: { path: '^tests/' },
    },
    {
      name: 'configuration-stands-low',
      comment: 'src/config.ts is imported by everything above it, and imports only the table of settings',
      severity: 'error',
      from: { path: '^src/config\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(start/settings\\.ts$|support/)' },
    },
    {
      name: 'entries-are-imported-by-nobody',
      severity: 'error',
      from: { pathNot: entries },
      to: { path: entries },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      comment: 'a file that nothing imports and that imports nothing is dead',
      severity: 'error',
      from: { orphan: true, pathNot: entries },
      to: {},
    },
  ];
}
