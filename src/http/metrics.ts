/** Something that is looked at when metrics are read: one value for each of its labels. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** `labels` as they stand between the braces, such as `job="post-notices"`; empty: none */
  read(): Promise<readonly { readonly labels: string; readonly value: number }[]>;
}

/** The lines of one gauge. @throws what reading it throws */
export async function gaugeText({ name, help, read }: Gauge): Promise<string> {
  const values = await read();
  const lines = values.map(({ labels, value }) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
  return `${[`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].join('\n')}\n`;
}

/** Counters of one process as Prometheus reads them (text format 0.0.4). Few, and without a label a caller could make up. */
export class Metrics {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #seconds = { buckets: new Array<number>(BUCKETS.length).fill(0), count: 0, sum: 0 };

  count(name: CounterName, labels: Readonly<Record<string, string | number>> = {}): void {
    const text = Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',');
    const series = this.#counts.get(name) ?? new Map<string, number>();
    this.#counts.set(name, series.set(text, (series.get(text) ?? 0) + 1));
  }

  /** Time from the first byte of a GraphQL request to the first of its answer. */
  observe(seconds: number): void {
    this.#seconds.count += 1;
    this.#seconds.sum += seconds;
    BUCKETS.forEach((bound, index) => {
      if (seconds <= bound) this.#seconds.buckets[index] = (this.#seconds.buckets[index] ?? 0) + 1;
    });
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, help] of Object.entries(COUNTERS)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const [labels, value] of this.#counts.get(name) ?? [['', 0] as const]) {
        lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
      }
    }
    const { buckets, count, sum } = this.#seconds;
    lines.push(`# HELP ${SECONDS} Time to answer a GraphQL request, in seconds.`, `# TYPE ${SECONDS} histogram`);
    BUCKETS.forEach((bound, index) => {
      lines.push(`${SECONDS}_bucket{le="${bound}"} ${buckets[index] ?? 0}`);
    });
    lines.push(`${SECONDS}_bucket{le="+Inf"} ${count}`, `${SECONDS}_sum ${sum}`, `${SECONDS}_count ${count}`);
    lines.push(
      '# HELP process_resident_memory_bytes Resident memory, in bytes.',
      '# TYPE process_resident_memory_bytes gauge',
    );
    lines.push(`process_resident_memory_bytes ${process.memoryUsage.rss()}`);
    return `${lines.join('\n')}\n`;
  }
}

const COUNTERS = {
  besa_http_responses_total: 'Responses by route and status.',
  besa_unauthenticated_total: 'Requests without a valid token.',
  besa_turned_away_total: 'Requests that authentication turned away, by reason; counted per source in the database.',
  besa_internal_errors_total: 'Faults of the hub itself.',
} as const;

export type CounterName = keyof typeof COUNTERS;

const SECONDS = 'besa_graphql_seconds';
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
