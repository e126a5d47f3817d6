// `npm run bench`: the hub, with agreements, row-level security and ledger on, against the limit and against PostGraphile.
// Same data, same run, rounds interleaved; only ratios count. Options: --peers-only (no hub), --rounds N, --seconds N,
// --rows N, --clauses N.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const BENCH = import.meta.dirname;
if (!existsSync(join(BENCH, 'node_modules', 'postgraphile'))) {
  process.stderr.write('bench: installing the peers (once)\n');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: BENCH,
    stdio: ['ignore', 2, 2],
  });
  if (npm.status !== 0) throw new Error('the peers could not be installed');
}
// After the installation, for these import from it.
const cores = await import('./process.mjs');
const stand = await import('./stand.mjs');
const { baseAgreement, ensureAgreements, tokenOf } = await import('./agreement.mjs');
const { FEW, growthAgreements, MANY, measureGrowth } = await import('./growth.mjs');
const { checkEqual, measure } = await import('./measure.mjs');
const { measureLedger } = await import('./ledger.mjs');
const { report } = await import('./report.mjs');
const { ASKER, STYLES } = await import('./questions.mjs');
const { variablesFor } = await import('./variables.mjs');

const { values: options } = parseArgs({
  options: {
    'peers-only': { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
    clauses: { type: 'string', default: '100000' },
  },
});

const say = (text) => process.stderr.write(`bench: ${text}\n`);
const pins = cores.pins();
const { cluster, client, environment } = await stand.openCluster();
const servers = [];
try {
  cores.pin(cluster.pid, pins.rest);
  cores.pin(process.pid, pins.rest);
  const hub = options['peers-only'] ? undefined : await started(stand.startHub(environment, pins.server));
  const headers = {};
  if (hub !== undefined) {
    const documents = [baseAgreement(BENCH), ...growthAgreements(Number(options.clauses))];
    await ensureAgreements(environment, documents, say);
    headers.authorization = `Bearer ${await tokenOf(environment, ASKER)}`;
  }
  await stand.ensureRows(client, Number(options.rows));
  const peerUrl = await stand.ensurePeer(client, cluster.url);
  const limit = await started(stand.startServer('limit.mjs', environment, pins.server));
  const peer = await started(
    stand.startServer('postgraphile.mjs', { ...environment, DATABASE_URL: peerUrl }, pins.server),
  );
  const systems = [
    { name: 'L', ...limit, headers: {}, style: STYLES.limit },
    ...(hub === undefined ? [] : [{ name: 'hub', ...hub, headers, style: STYLES.hub }]),
    { name: 'PostGraphile', ...peer, headers: {}, style: STYLES.peer },
    { name: 'PostGraphile, tuned', ...peer, headers: {}, style: STYLES.tunedPeer },
  ];
  const variables = await variablesFor(client, hub && asker(hub.url, headers));
  await checkEqual(systems, variables);
  say('all systems answer the same');
  const plan = { rounds: Number(options.rounds), milliseconds: Number(options.seconds) * 1000 };
  const results = await measure(systems, variables, plan, say);
  const growth = hub && (await measureGrowth(await growing(hub.url), variables, plan, say));
  const ledger = await measureLedger(cluster.url, plan, say);
  await report({ results, ledger, growth, plan, cluster, client, options, isWhole: hub !== undefined });
} finally {
  for (const { child } of servers) child.kill('SIGTERM');
  await client.end();
  await cluster.stop();
}

async function started(starting) {
  const server = await starting;
  servers.push(server);
  return server;
}

async function growing(url) {
  const tokens = { [FEW]: await tokenOf(environment, FEW), [MANY]: await tokenOf(environment, MANY) };
  return { url, tokens };
}

function asker(url, headers) {
  return async (query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors !== undefined) throw new Error(`the hub refused: ${JSON.stringify(errors)}`);
    return data;
  };
}
