/** `GET /ledger/v1/entries.ndjson` and `entries.csv`: what an agency may read of the ledger, as a file with its proof. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { LEDGER_PERSPECTIVES, type LedgerFilter } from '../domain/ledger-view.js';
import { answer } from '../hub/answer.js';
import { EXPORT_FORMATS, type ExportFormat, exportLedger } from '../hub/evidence/export-ledger.js';
import type { Ports } from '../hub/ports.js';
import { HttpRefusal } from './http-error.js';

export interface LedgerExportRouteDeps {
  readonly hub: Ports;
  /** @throws HubError UNAUTHENTICATED */
  authenticate(request: FastifyRequest): Promise<Identity>;
}

const TYPE_OF: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};
const OUTCOMES = ['ANSWERED', 'REFUSED', 'FAILED'] as const;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;
const TEXTS = ['agency', 'person', 'purpose', 'justification', 'action', 'database', 'recordType'] as const;
const PARAMETERS: readonly string[] = [
  ...TEXTS,
  'outcome',
  'perspective',
  'from',
  'until',
  'fromSequence',
  'untilSequence',
];

/** A Fastify plugin. Each export is one entry in the ledger, durable before its first byte leaves. */
export async function ledgerExportRoute(
  fastify: FastifyInstance,
  { hub, authenticate }: LedgerExportRouteDeps,
): Promise<void> {
  for (const format of EXPORT_FORMATS) {
    fastify.get(`/ledger/v1/entries.${format}`, async (request, reply): Promise<FastifyReply> => {
      const identity = await authenticate(request);
      const named = { requestId: randomUUID(), action: 'ledger-export', operation: { name: null, hash: null } };
      const pieces = await answer(hub, identity, named, (journal) =>
        exportLedger(hub, identity, journal, { filter: filterOf(request.query as Query), format }),
      ).catch((error: unknown) => {
        // The catalogue's status is the one of GraphQL.
        if (error instanceof HubError && error.code === 'FORBIDDEN')
          throw new HttpRefusal(403, error.message, 'FORBIDDEN');
        throw error;
      });
      // A piece at a time, and the next one when the last is gone: the stream waits for whoever reads it.
      return reply
        .type(TYPE_OF[format])
        .header('content-disposition', `attachment; filename="ledger-entries.${format}"`)
        .send(Readable.from(pieces, { highWaterMark: 1 }));
    });
  }
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The names of the filter of `ledger`, each at most once. @throws HubError BAD_USER_INPUT */
function filterOf(query: Query): LedgerFilter {
  for (const [name, value] of Object.entries(query)) {
    if (!PARAMETERS.includes(name)) {
      throw new HubError('BAD_USER_INPUT', `there is no parameter \`${name}\`; there are ${PARAMETERS.join(', ')}`);
    }
    if (typeof value !== 'string') throw new HubError('BAD_USER_INPUT', `\`${name}\` is given once`);
  }
  const given = query as Readonly<Record<string, string | undefined>>;
  const read = {
    ...Object.fromEntries(TEXTS.map((name) => [name, given[name]])),
    outcome: oneOf(given, 'outcome', OUTCOMES),
    perspective: oneOf(given, 'perspective', LEDGER_PERSPECTIVES),
    from: instantOf(given, 'from'),
    until: instantOf(given, 'until'),
    fromSequence: sequenceOf(given, 'fromSequence'),
    untilSequence: sequenceOf(given, 'untilSequence'),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as LedgerFilter;
}

type Given = Readonly<Record<string, string | undefined>>;

function oneOf<Word extends string>(given: Given, name: string, words: readonly Word[]): Word | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw new HubError('BAD_USER_INPUT', `\`${name}\` is one of ${words.join(', ')}`);
  return word;
}

function instantOf(given: Given, name: string): Date | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (!INSTANT.test(text) || Number.isNaN(instant.getTime())) {
    throw new HubError('BAD_USER_INPUT', `\`${name}\` is an instant, such as \`2026-11-24T10:00:00Z\``);
  }
  return instant;
}

function sequenceOf(given: Given, name: string): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new HubError('BAD_USER_INPUT', `\`${name}\` is a sequence, such as \`1200\``);
  return Number(text);
}
