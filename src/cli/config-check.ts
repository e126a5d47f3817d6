import { checkConfig, type Environment, type FoundSetting } from '../config.js';
import { CommandFailure, type RegisterCommand } from './command.js';

/** `besa config check`: every setting, its value and where it comes from; secrets masked; exit code 1 if anything is wrong. */
export const registerConfigCheck: RegisterCommand = (program, { terminal }) => {
  const group = program.command('config').description('the settings of this hub');
  group
    .command('check')
    .description('show every setting, its value and where it comes from; secrets are masked')
    .action(() => {
      for (const line of configReport()) terminal.print(line);
      const { problems } = checkConfig();
      if (problems.length === 0) return;
      throw new CommandFailure(
        problems.length === 1 ? 'one problem' : `${problems.length} problems`,
        problems.map(({ name, has, wants }) => `${name} ${has}; it wants ${wants}`),
      );
    });
};

/** The lines of the report: setting, value as it may be shown, source. */
export function configReport(environment?: Environment): readonly string[] {
  const { found } = environment === undefined ? checkConfig() : checkConfig(environment);
  const rows = found.map((line) => [line.setting.name, shownValue(line), line.from] as const);
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([name, value, from]) => `${name.padEnd(width(0))}  ${value.padEnd(width(1))}  ${from}`);
}

function shownValue({ setting, value }: FoundSetting): string {
  if (value === undefined) return '–';
  return setting.secret ? `*** (${value.length} characters)` : value;
}
