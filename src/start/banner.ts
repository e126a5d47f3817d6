/** What a started hub says about itself: a page for people, one JSON line for machines. */

export interface StartFacts {
  readonly version: string;
  readonly demo: 'small' | 'large' | 'off';
  readonly settings: { readonly count: number; readonly defaults: number };
  /** such as `PostgreSQL 18.4 (embedded)` */
  readonly database: string;
  readonly migrations: { readonly applied: number; readonly pending: number };
  /** absent: not checked at this start */
  readonly ledgerEntries?: number;
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
  const ledger =
    facts.ledgerEntries === undefined
      ? undefined
      : (['ledger', `${number.format(facts.ledgerEntries)} entries verified`] as const);
  return [
    `  ${bold(`Besa ${facts.version}`.padEnd(22))}${mode}`.trimEnd(),
    pair(['configuration', `${settings.count} settings (${settings.defaults} defaults)`], ['database', facts.database]),
    pair(['migrations', `${migrations.applied} applied, ${migrations.pending} pending`], ledger),
    ...(world === undefined
      ? []
      : [
          pair([
            'demo data',
            `${world.agencies} agencies · ${world.databases} databases · ${world.agreements} agreements · ${number.format(world.records)} records`,
          ]),
        ]),
    '',
    `  ${'GraphQL'.padEnd(13)}${url}/graphql      (a browser gets the offline GraphiQL)`,
    `  ${'Health'.padEnd(13)}${url}/readyz`,
    ...exampleLines(facts.examples ?? []),
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
  const { version, database, migrations, ledgerEntries, demo } = facts;
  return JSON.stringify({
    level: 30,
    time: now.getTime(),
    msg: 'listening',
    url,
    version,
    database,
    migrations,
    ledgerEntries,
    demo,
  });
}
