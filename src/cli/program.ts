import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerAgreement } from './agreement.js';
import { registerAuditArchive } from './audit-archive.js';
import { registerAuditEntries } from './audit-entries.js';
import { registerAuditExport } from './audit-export.js';
import { registerAuditHead } from './audit-head.js';
import { registerAuditKey } from './audit-key.js';
import { registerAuditOpen } from './audit-open.js';
import { registerAudit } from './audit-verify.js';
import type { CommandContext, RegisterCommand } from './command.js';
import { registerConfigCheck } from './config-check.js';
import { registerDemo } from './demo-query.js';
import { registerDuties } from './duties.js';
import { registerExplain } from './explain.js';
import { registerImport } from './import.js';
import { registerInbox } from './inbox.js';
import { registerKey } from './key.js';
import { registerMatrix } from './matrix.js';
import { registerRecord } from './record.js';
import { registerSchema } from './schema.js';
import { registerToken } from './token.js';

/** In the order `besa --help` shows them. A new command is a new file and a line here. */
const COMMANDS: readonly RegisterCommand[] = [
  registerToken,
  registerImport,
  registerAgreement,
  registerKey,
  registerExplain,
  registerMatrix,
  registerDuties,
  registerRecord,
  registerInbox,
  registerDemo,
  registerAudit,
  registerAuditExport,
  registerAuditEntries,
  registerAuditHead,
  registerAuditKey,
  registerAuditOpen,
  registerAuditArchive,
  registerConfigCheck,
  registerSchema,
];

/** The command line `besa`: one file per command, each registers itself. */
export function programFor(context: CommandContext, commands: readonly RegisterCommand[] = COMMANDS): Command {
  const program = new Command('besa')
    .description('Ask, load and check a Besa hub. Commands talk to the running hub unless they say otherwise.')
    .version(packageVersion())
    .showHelpAfterError('(besa --help lists every command)')
    .exitOverride();
  for (const register of commands) register(program, context);
  return program;
}

// The sources lie two folders below the package file, the compiled output three.
function packageVersion(): string {
  for (const up of ['../../', '../../../']) {
    try {
      const found = JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === 'besa' && found.version !== undefined) return found.version;
    } catch {}
  }
  return 'unknown';
}
