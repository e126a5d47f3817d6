import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure } from './command.js';
import { askHub, dataOf, hubUrl } from './hub-client.js';
import { obtainToken } from './token.js';

interface ExportOptions {
  readonly as?: string;
  readonly format: string;
  readonly language: string;
  readonly version?: string;
  readonly out?: string;
}

const FIELDS: Readonly<Record<string, (language: string) => string>> = {
  odrl: () => 'odrl',
  dsp: () => 'dataspaceProtocol',
  summary: (language) => `summary(language: ${language})`,
  html: (language) => `html(language: ${language})`,
};
const LANGUAGES: Readonly<Record<string, string>> = { en: 'ENGLISH', sq: 'ALBANIAN' };

/** `besa agreement export`: an agreement for another system, for a reader, or for the paper file. */
export function registerAgreementExport(group: Command, context: CommandContext): void {
  group
    .command('export')
    .description('an agreement as ODRL, for the Dataspace Protocol, as a plain summary, or as a page to print')
    .argument('<reference>', 'such as AGR-2024-002')
    .requiredOption('--format <format>', Object.keys(FIELDS).join(', '))
    .option('--language <code>', `of summary and html: ${Object.keys(LANGUAGES).join(', ')}`, 'en')
    .option('--version <number>', 'a finalised version; omitted = the newest')
    .option('--out <file>', 'write it there; omitted = print it')
    .option('--as <agency>', 'demo mode: act as this agency')
    .action((reference: string, options: ExportOptions) => exportAgreement(context, reference, options));
}

async function exportAgreement(context: CommandContext, reference: string, options: ExportOptions): Promise<void> {
  const { format, language, version, out, as: agency } = options;
  const field = FIELDS[format]?.(wordOf(LANGUAGES, language, '--language'));
  if (field === undefined) wordOf(FIELDS, format, '--format');
  const token = await obtainToken(context, { roles: ['POLICY_OFFICER'], ...(agency === undefined ? {} : { agency }) });
  const query = `query ($reference: String!) { agreement(reference: $reference) { versions { version exported: ${field} } } }`;
  const data = dataOf(await askHub({ url: hubUrl(context.config()), token }, query, { reference }));
  const agreement = data.agreement as { versions: readonly { version: number; exported: unknown }[] } | null;
  if (agreement == null) throw new CommandFailure(`there is no agreement \`${reference}\` of yours`);
  const chosen =
    version === undefined
      ? agreement.versions.at(-1)
      : agreement.versions.find((one) => String(one.version) === version);
  if (chosen === undefined) {
    throw new CommandFailure(
      version === undefined
        ? `nothing of \`${reference}\` is finalised yet`
        : `\`${reference}\` has no finalised version ${version}`,
    );
  }
  const { exported } = chosen;
  const text = typeof exported === 'string' ? exported : `${JSON.stringify(exported, null, 2)}\n`;
  if (out === undefined) {
    context.terminal.print(text.replace(/\n$/, ''));
    return;
  }
  await writeFile(out, text).catch(() => {
    throw new CommandFailure(`\`${out}\` cannot be written`);
  });
  context.terminal.note(`✔ ${reference}, version ${chosen.version}: ${out}`);
}

function wordOf<T>(words: Readonly<Record<string, T>>, given: string, option: string): T {
  const word = Object.hasOwn(words, given) ? words[given] : undefined;
  if (word === undefined) {
    throw new CommandFailure(`\`${option}\` is one of ${Object.keys(words).join(', ')}, not \`${given}\``);
  }
  return word;
}
