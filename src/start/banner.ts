/** What a started hub says about itself: a page for people, one JSON line for machines. */
import type { LedgerState } from './ledger-check.js';

export interface StartFacts {
  readonly version: string;
  readonly demo: 'small' | 'large' | 'off';
  readonly settings: { readonly count: number; readonly defaults: number };
  /** such as `PostgreSQL 18.4 (embedded)` */
  readonly database: string;
  readonly migrations: { readonly applied: number; readonly pending: number };
  /** absent: not looked at */
  readonly ledger?: LedgerState;
  /** absent: no demo world, or not loaded by this process */
  readonly world?: {
    readonly agencies: number;
    readonly databases: number;
    readonly agreements: number;
    readonly records: number;
  };
  /** commands to paste, in this order */
  readonly examples?: readonly { readonly label: string; readonly command: string; readonly remark?: string }[];
}

const COLUMN = 35;

/**
 * The lines of the start page.
 *
 * @param url base URL the hub answers at, without a slash at its end
 * @param color whether escape sequences may be used
 */
export function bannerLines(facts: StartFacts, url: string, color: boolean): readonly string[] {
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[22m` : text);
  const done = (name: string, text: string): string =>
    `${color ? '\u001b[32m✔\u001b[39m' : '✔'} ${name.padEnd(15)}${text}`;
  const pair = (left: readonly [string, string], right?: readonly [string, string]): string => {
    const plainWidth = 17 + left[1].length;
    const gap = ' '.repeat(Math.max(2, COLUMN + 17 - plainWidth));
    return `  ${done(...left)}${right === undefined ? '' : `${gap}${done(...right)}`}`;
  };
  const number = new Intl.NumberFormat('en');
  const mode = facts.demo === 'off' ? '' : 'demo mode · synthetic data · not for real records';
  const { settings, migrations, world } = facts;
  return [
    `  ${bold(`Besa ${facts.version}`.padEnd(22))}${mode}`.trimEnd(),
    pair(['configuration', `${settings.count} settings (${settings.defaults} defaults)`], ['database', facts.database]),
    pair(
      ['migrations', `${migrations.applied} applied, ${migrations.pending} pending`],
      ledgerPair(facts.ledger, number),
    ),
    ...(world === undefined
      ? []
      : [
          pair([
            'demo data',
            `${world.agencies} agencies · ${world.databases} databases · ${world.agreements} agreements · ${number.format(world.records)} records`,
          ]),
        ]),
    ...brokenLedgerLines(facts.ledger, color),
    '',
    `  ${'GraphQL'.padEnd(13)}${url}/graphql      (a browser gets the offline GraphiQL)`,
    `  ${'Health'.padEnd(13)}${url}/readyz`,
    ...exampleLines(facts.examples ?? []),
  ];
}

function ledgerPair(ledger: LedgerState | undefined, number: Intl.NumberFormat): readonly [string, string] | undefined {
  if (ledger === undefined || ledger.kind === 'BROKEN') return undefined;
  const entries = `${number.format(ledger.entries)} ${ledger.entries === 1 ? 'entry' : 'entries'}`;
  return ['ledger', ledger.kind === 'VERIFIED' ? `${entries} verified` : `${entries}, not checked at start`];
}

/** In the place of a tick, and impossible to overlook. */
function brokenLedgerLines(ledger: LedgerState | undefined, color: boolean): readonly string[] {
  if (ledger?.kind !== 'BROKEN') return [];
  const loud = (text: string): string => (color ? `\u001b[1;31m${text}\u001b[22;39m` : text);
  return [
    '',
    `  ${loud('✘ THE LEDGER IS BROKEN')}  ${ledger.explanation}`,
    '    · what was recorded before this entry stands; compare the rest with a backup or with what the agencies keep',
    '    · `npm run --silent besa -- audit verify` checks again; the hub goes on and records what it answers',
  ];
}

function exampleLines(examples: NonNullable<StartFacts['examples']>): readonly string[] {
  if (examples.length === 0) return [];
  const lines = examples.map(({ label, command, remark }) => {
    const line = `  ${`${label}:`.padEnd(11)}${command}`;
    return remark === undefined ? line : `${line}      → ${remark}`;
  });
  return ['', ...lines];
}

/** The same facts as one JSON log line, in the form of the request log. */
export function startLogLine(facts: StartFacts, url: string, now: Date): string {
  const { version, database, migrations, ledger, demo } = facts;
  return JSON.stringify({
    level: 30,
    time: now.getTime(),
    msg: 'listening',
    url,
    version,
    database,
    migrations,
    ledger,
    demo,
  });
}
