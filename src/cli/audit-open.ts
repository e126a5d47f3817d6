import { readFileSync } from 'node:fs';
import { commitmentHolds, type ShownFields } from '../audit/commitment.js';
import { CommandFailure, type RegisterCommand } from './command.js';

interface OpenOptions {
  readonly commitment: string;
  readonly opening: string;
  readonly fields: string;
}

/**
 * `besa audit open`: whether a commitment of the ledger stands for these values. Needs neither hub nor database: whoever is
 * handed commitment, opening and values can check them. Exit code 1 if it stands for others.
 */
export const registerAuditOpen: RegisterCommand = (program, { terminal }) => {
  const group =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the ledger of this hub');
  group
    .command('open')
    .description('check what a commitment in the ledger stands for; works anywhere')
    .requiredOption('--commitment <HEX>', 'of a disclosed record, as its owner reads it in `ledger`')
    .requiredOption('--opening <HEX>', 'the salt that stands with it')
    // A file, not words on the command line: those stay in the history of the shell.
    .requiredOption('--fields <FILE>', 'JSON: field to value, exactly as the answer had them; - for standard input')
    .action(({ commitment, opening, fields }: OpenOptions) => {
      const shown = fieldsIn(fields);
      if (!commitmentHolds(commitment.toLowerCase(), opening.toLowerCase(), shown)) {
        throw new CommandFailure('these are not the values that were shown, or not all of them', [
          'name each selected field as the exchange standard does, with its value as it was served; leave out what was withheld',
          'a field shown as null is null: leaving it out is another answer',
        ]);
      }
      terminal.print(`✔ exactly these ${Object.keys(shown).length} fields were shown, with these values`);
    });
};

/** @throws CommandFailure that quotes nothing of the file */
function fieldsIn(file: string): ShownFields {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch {
    throw new CommandFailure(`\`${file}\` cannot be read as JSON`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new CommandFailure(`\`${file}\` holds no object`, [
      'write one such as `{ "nationality": "SYR", "sex": null }`',
    ]);
  }
  return read as ShownFields;
}
