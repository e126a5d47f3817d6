#!/usr/bin/env node
/** Entry of `besa`, the command line: makes what commands work with, and says how they fail. */
import { CommanderError } from 'commander';
import { type Config, readConfig } from '../config.js';
import { StartError } from '../support/start-error.js';
import { type CommandContext, CommandFailure, type OpenDatabase } from './command.js';
import { programFor } from './program.js';

/** The hub's database, brought up to date, for as long as the work lasts. */
async function migrated<T>(open: () => Promise<OpenDatabase>, work: (url: string) => Promise<T>): Promise<T> {
  const { migrate } = await import('../persistence/migrate.js');
  const database = await open();
  try {
    await migrate(database.url);
    return await work(database.url);
  } finally {
    await database.close();
  }
}

function makeContext(): CommandContext {
  let config: Config | undefined;
  const read = (): Config => {
    config ??= readConfig();
    return config;
  };
  // Loaded on demand: most commands speak HTTP, and should not wait for a database driver to load.
  const openDatabase = async () => (await import('../persistence/open-database.js')).openDatabase(read());
  return {
    config: read,
    openDatabase,
    withLedger: async (work) => {
      const { withLedger } = await import('../persistence/ledger-reader.js');
      const database = await openDatabase();
      return withLedger(database.url, work).finally(() => database.close());
    },
    archiveLedger: (order) =>
      migrated(openDatabase, async (url) => {
        const { archiveLedger } = await import('../persistence/ledger-archive.js');
        return archiveLedger(url, { ...order, environment: read().signingEnvironment });
      }),
    withLedgerViews: async (work) => {
      const [{ migrate }, { createLedgerViews }, { withLedger }] = await Promise.all([
        import('../persistence/migrate.js'),
        import('../persistence/ledger-views.js'),
        import('../persistence/ledger-reader.js'),
      ]);
      const database = await openDatabase();
      try {
        await migrate(database.url);
        const size = await withLedger(database.url, async (ledger) => ledger.size);
        const views = createLedgerViews({ url: database.url, timeZone: read().timeZone });
        return await work(views, size).finally(() => views.close());
      } finally {
        await database.close();
      }
    },
    withEvidence: async (work) => (await import('../start/evidence-at-rest.js')).withEvidence(read(), work),
    withRecordTables: (work) =>
      migrated(openDatabase, async (url) =>
        (await import('../persistence/record-tables.js')).withRecordTables(url, work),
      ),
    withAgreements: (standard, work) =>
      migrated(openDatabase, async (url) => {
        const { signingOf, withAgreements } = await import('../start/agreements-at-rest.js');
        return withAgreements(url, { signing: signingOf(read()), standard }, work);
      }),
    servedSchema: async (standard) => {
      const { assembleSchema, printApi } = await import('../api/assemble.js');
      return printApi(await assembleSchema(standard));
    },
    demo: {
      issueToken: async (dataFolder, identity, lifetimeSeconds) => {
        const { openDemoIssuer } = await import('../identity/demo-issuer.js');
        const issuer = await openDemoIssuer(dataFolder, { production: read().environment === 'production' });
        return issuer.issueToken(identity, lifetimeSeconds);
      },
      sign: async (agency, text) =>
        (await import('../../examples/western-balkans/demo-keys.js')).signAsDemo(agency, text),
      queries: async () => (await import('../../examples/western-balkans/queries.js')).readQueries(),
    },
    terminal: {
      print: (line) => process.stdout.write(`${line}\n`),
      note: (line) => process.stderr.write(`${line}\n`),
      interactive: process.stderr.isTTY === true,
      color: process.stderr.isTTY === true && process.stderr.hasColors(),
    },
  };
}

/** 0: done; 1: refused or failed. What may be expected to go wrong shows no stack trace. */
async function main(): Promise<0 | 1> {
  // A reader that closes early, as in `besa … | head`, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const context = makeContext();
  try {
    await programFor(context).parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    if (!(error instanceof CommandFailure || error instanceof StartError)) throw error;
    context.terminal.note(`✘ ${error.message}`);
    for (const mend of error.mends) context.terminal.note(`  · ${mend}`);
    return 1;
  }
}

process.exitCode = await main();
