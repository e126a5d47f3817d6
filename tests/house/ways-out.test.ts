/** Whatever the hub can be asked is a way out that tests/journeys/boundary-instants.test.ts closes, or says why it is none. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importRoute } from '../../src/http/import-route.js';
import { inboxRoute } from '../../src/http/inbox-route.js';
import { InboxStreams } from '../../src/http/inbox-streams.js';
import { ledgerExportRoute } from '../../src/http/ledger-export-route.js';
import { ledgerHeadRoute } from '../../src/http/ledger-head-route.js';
import { memoryHub, shippedSchema, type TestServer, testServer } from '../api/harness.js';
import { waysOut } from '../ways-out/way-out.js';

/** Root fields that disclose no record, and of agreements nothing that a boundary could close. */
const NO_WAY_OUT: Readonly<Record<string, string>> = {
  partners: 'the registry is the same for every caller',
  agencies: 'the registry is the same for every caller',
  recordTypes: 'the exchange standard is the same for every caller',
  sharedDatabases: 'the registry is the same for every caller',
  technologies: 'the registry is the same for every caller',
  signatoryKeys: 'keys outlive the agreements that were signed with them',
  agreementDoubts: 'tells what counts for nothing, and to its parties alone',
  duties: 'what is owed for what was received stays owed behind the end',
  turnedAway: 'counts requests that had no caller, for the operator',
  ledgerHead: 'counts the entries of the ledger, and tells nothing else of them',
  ledgerKeys: 'public keys of the hub',
  ledgerConsistency: 'hashes over entries, each with a salt nobody is told',
  ledgerInclusion: 'hashes, to whoever made the entry or was asked by it',
  jobs: 'tells the operator how the work of the hub went, of nobody in particular',
  qualityNotices: 'what was received stays to be mended behind the end; of its content nothing is told',
  recordDisclosures: 'tells an owner who received a record, which stays so behind the end',
  quotas: 'sums of what the caller itself gave or received; whether more is given, the explanation tells',
};

const NO_ROUTE_OUT: Readonly<Record<string, string>> = {
  '/livez': 'tells that the process lives',
  '/readyz': 'tells the operator whether the hub can answer',
  '/version': 'tells which version runs',
  '/metrics': 'counts requests, of nobody in particular',
  '/ledger/v1/entries.ndjson': 'tells what `ledger` tells, as a file with its proof',
  '/ledger/v1/entries.csv': 'tells what `ledger` tells, as a table',
  '/ledger/v1/head.json': 'tells what `ledgerHead` tells',
  '/ledger/v1/keys.json': 'tells what `ledgerKeys` tells',
  '/inbox/v1/stream': 'tells what `inbox` tells, as it comes',
  '/imports/v1/:database': 'takes records in; the answer counts those of the file',
};

const ways = await waysOut();
let server: TestServer;
beforeAll(async () => {
  const hub = memoryHub();
  const streams = new InboxStreams(hub);
  const routes = [
    (scope: never, door: { readonly authenticate: never }) => importRoute(scope, { hub, ...door }),
    (scope: never, door: { readonly authenticate: never }) => ledgerExportRoute(scope, { hub, ...door }),
    (scope: never, door: { readonly authenticate: never }) => ledgerHeadRoute(scope, { hub, ...door }),
    (scope: never, door: { readonly authenticate: never }) => inboxRoute(scope, { hub, streams, ...door }),
  ];
  server = await testServer(hub, { routes: routes as never });
});
afterAll(() => server?.close());

describe('every way out', () => {
  test('is a file that says what it asks and which boundaries it knows', () => {
    expect(ways.length).toBeGreaterThan(10);
    expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
    expect(ways.filter(({ tells }) => tells.length === 0)).toEqual([]);
  });

  test('of the served schema is claimed by exactly one of them, or discloses nothing for a reason', async () => {
    const served = Object.keys((await shippedSchema()).getQueryType()?.getFields() ?? {});
    const claimed = [...ways.flatMap(({ rootFields }) => rootFields), ...Object.keys(NO_WAY_OUT)];
    expect([...claimed].sort()).toEqual([...served].sort());
  });

  test('over HTTP is the GraphQL door, or discloses nothing for a reason', () => {
    const served = [...server.server.printRoutes({ commonPrefix: false }).matchAll(/── (\S+) \(/g)].map(
      ([, path]) => path,
    );
    expect([...new Set(served)].sort()).toEqual(['/graphql', ...Object.keys(NO_ROUTE_OUT)].sort());
  });
});
