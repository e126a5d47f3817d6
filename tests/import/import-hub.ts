/** A hub with nothing but its door for imports: real PostgreSQL, real HTTP, one owner with one database of inspections. */
import { randomUUID } from 'node:crypto';
import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { Client } from 'pg';
import { entryOf } from '../../src/audit/entry.js';
import { HubError } from '../../src/domain/errors.js';
import type { Identity, Role } from '../../src/domain/identity.js';
import type { ImportResult } from '../../src/domain/import.js';
import type { Field, FieldType, RecordType, ScalarName } from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import { IMPORT_LIMITS } from '../../src/http/import-bytes.js';
import { importRoute } from '../../src/http/import-route.js';
import { createLedger } from '../../src/persistence/ledger.js';
import { createRecordLoader } from '../../src/persistence/record-loader.js';
import { partitionDdl, tableDdl } from '../../src/records/table-ddl.js';
import { freshDatabase } from '../postgres.js';

const scalar = (name: ScalarName, isList = false): FieldType => ({ kind: 'scalar', name, isList });
const field = (name: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  name,
  description: name,
  type,
  isRequired: false,
  isKey: false,
  isMeasure: false,
  isOccurredAt: false,
  sensitivity: 'OPERATIONAL',
  ladder: [],
  ...more,
});

/** One field of every kind. */
export const INSPECTION: RecordType = {
  name: 'VesselInspection',
  plural: 'vesselInspections',
  description: 'An inspection.',
  fields: [
    field('reportNumber', scalar('String'), { isKey: true, isRequired: true }),
    field('inspectedAt', scalar('DateTime'), { isRequired: true, isOccurredAt: true }),
    field('flag', scalar('CountryCode')),
    field('crew', scalar('Int'), { isMeasure: true }),
    field('length', scalar('Float')),
    field('isDetained', scalar('Boolean')),
    field('builtOn', scalar('Date')),
    field('outcome', { kind: 'enum', name: 'Outcome', values: ['CLEAR', 'DEFICIENT'], isList: false }),
    field('defects', scalar('String', true)),
    field('remarks', scalar('String')),
  ],
};

export const HEADER = 'report_number,inspected_at,flag,crew,length,is_detained,built_on,outcome,defects,remarks';
/** A CSV row of the header above; the number makes the key. */
export const row = (number: number, remarks = 'none'): string =>
  `R-${number},2023-05-04T10:00:00Z,XKX,${number % 30},12.5,false,1990-02-28,CLEAR,hull|radio,${remarks}`;
export const csv = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

export const DATABASES: readonly SharedDatabase[] = [
  {
    id: 1,
    code: 'AA-INSPECTIONS',
    name: 'Inspections',
    owner: 'AA-CG',
    recordType: INSPECTION.name,
    hosting: 'HOSTED',
  },
  { id: 2, code: 'AA-FAR', name: 'Far away', owner: 'AA-CG', recordType: INSPECTION.name, hosting: 'FEDERATED' },
];

const PEOPLE: Readonly<Record<string, Identity>> = {
  steward: identity('AA-CG', 'STEWARD'),
  analyst: identity('AA-CG', 'ANALYST'),
  stranger: identity('BB-CG', 'STEWARD'),
  operator: { person: 'operator', roles: ['OPERATOR', 'STEWARD'] },
};

function identity(agency: string, role: Role): Identity {
  return { agency, person: 'somebody', roles: [role] };
}

export interface Answer {
  readonly status: number;
  readonly body: ImportResult & { readonly error: ImportRefusal };
}

export interface ImportRefusal {
  readonly code: string;
  readonly message: string;
  readonly problems?: ImportResult['problems'];
  readonly problemsTotal?: number;
}

export interface PostOptions {
  readonly as?: string;
  readonly type?: string;
  readonly query?: string;
  readonly database?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ImportHub = Awaited<ReturnType<typeof startImportHub>>;

export async function startImportHub(limits: Partial<typeof IMPORT_LIMITS & { silenceMsMax: number }> = {}) {
  const database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  for (const statement of [...tableDdl(INSPECTION, 'Europe/Tirane'), ...partitionDdl(INSPECTION, 1)]) {
    await client.query(statement);
  }
  const loader = createRecordLoader({ url: database.url, secret: Buffer.alloc(32, 1), waitMsMax: 20_000 });
  const ledger = createLedger({ url: database.url });
  const hub = {
    standard: { recordTypes: [INSPECTION], purposes: [] },
    registry: { databases: async () => DATABASES },
    loader,
    ledger,
    agreements: {
      inForce: () => Promise.reject(new Error('an import asks no agreement')),
    },
    monotonicMs: () => performance.now(),
    witnesses: { doubt: async () => undefined },
  };
  const fastify = Fastify({ requestTimeout: 0, genReqId: () => randomUUID() });
  await fastify.register(importRoute, {
    hub,
    authenticate: async (request) => {
      const person = PEOPLE[(request.headers.authorization ?? '').replace(/^Bearer /, '')];
      if (person === undefined) throw new HubError('UNAUTHENTICATED');
      return person;
    },
    limits: { ...IMPORT_LIMITS, silenceMsMax: 60_000, uploadMsMax: 600_000, ...limits },
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address() as AddressInfo;
  const query = async (text: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await client.query<Record<string, unknown>>(text)).rows;
  return {
    hub,
    port,
    url: database.url,
    query,
    records: () => query('select * from records.vessel_inspection order by report_number'),
    lastEntry: async () => ({ entry: entryOf(String((await query(ENTRY))[0]?.body)) }),
    entries: async () => Number((await query('select count(*) as n from besa.ledger_entry'))[0]?.n),
    /** open `besa-load` sessions that are inside a transaction */
    openLoads: async () =>
      Number(
        (
          await query(
            `select count(*) as n from pg_stat_activity where application_name = 'besa-load' and xact_start is not null`,
          )
        )[0]?.n,
      ),
    /** connections of clients that are still open, once those that are closing are closed */
    connections: async () => {
      for (let tries = 0; ; tries += 1) {
        const open = await new Promise<number>((resolve) =>
          fastify.server.getConnections((_, count) => resolve(count)),
        );
        if (open === 0 || tries === 100) return open;
        await query('select pg_sleep(0.02)');
      }
    },
    post: (body: string | Buffer | AsyncIterable<string | Buffer>, options: PostOptions = {}) =>
      post(port, body, options),
    async close(): Promise<void> {
      await fastify.close();
      await Promise.all([loader.close(), ledger.close(), client.end()]);
      await database.drop();
    },
  };
}

const ENTRY = 'select body from besa.ledger_entry order by sequence desc limit 1';

export function importPath(options: PostOptions): string {
  return `/imports/v1/${options.database ?? 'AA-INSPECTIONS'}${options.query === undefined ? '' : `?${options.query}`}`;
}

export function importHeaders(options: PostOptions): Record<string, string> {
  return { authorization: options.as ?? 'steward', 'content-type': options.type ?? 'text/csv', ...options.headers };
}

function bodyFrom(text: string): Answer['body'] {
  const body = JSON.parse(text) as ImportResult & { readonly errors?: readonly GraphqlError[] };
  const { message = '', extensions = {} } = body.errors?.[0] ?? {};
  return { ...body, error: { code: '', ...extensions, message } };
}

interface GraphqlError {
  readonly message: string;
  readonly extensions: Partial<ImportRefusal>;
}

/** Sends with backpressure, and reads the answer whenever it comes: a refusal comes before the end of the upload. */
export async function post(
  port: number,
  body: string | Buffer | AsyncIterable<string | Buffer>,
  options: PostOptions,
): Promise<Answer> {
  // As most clients do: a connection that is to be closed would have to swallow the whole upload before its refusal.
  const agent = new Agent({ keepAlive: true });
  const request = httpRequest({
    port,
    method: 'POST',
    path: importPath(options),
    headers: importHeaders(options),
    agent,
  });
  const answered = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, body: bodyFrom(text) });
    });
  });
  answered.catch(() => undefined);
  if (typeof body === 'string' || Buffer.isBuffer(body)) request.end(body);
  else {
    await sendChunks(request, body);
    request.end();
  }
  return answered.finally(() => agent.destroy());
}

/** As fast as the hub takes them, until it answers. */
export async function sendChunks(request: ClientRequest, chunks: AsyncIterable<string | Buffer>): Promise<void> {
  let isOver = false;
  let wake = (): void => undefined;
  for (const event of ['drain', 'response', 'close', 'error']) {
    request.on(event, () => {
      isOver ||= event !== 'drain';
      wake();
    });
  }
  for await (const chunk of chunks) {
    if (isOver) return;
    if (request.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
