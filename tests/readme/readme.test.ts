/**
 * README.md is true: its blocks are run from top to bottom against one hub, started as a newcomer's is.
 *
 * - `sh` is run as it stands. `git clone` and `npm start` are what the hub of this test stands for.
 * - `text` is what the `sh` before it prints; it begins with `✘` where that has to fail. `…` stands for what differs from run to run.
 * - `graphql` is asked by every `json` after it, as the agency the text between names (“as `ME-BP`”); `json` is the whole answer.
 *
 * Any other block fails the test.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, readSource } from '../house/sources.js';
import { cleanUp, dataFolder, type HubProcess, startHub } from '../start/process.js';
import { askingAgency, type Block, blocksOf, isAsShown, linksOf } from './blocks.js';

const README = readSource('README.md');
const START_MS_MAX = 120_000;
/** one block walks through the whole life of an agreement, two dozen commands */
const COMMAND_MS_MAX = 180_000;
/** Where a newcomer's hub answers; the one of this test takes a free port. */
const SHOWN_URL = 'http://127.0.0.1:4000';

const folder = dataFolder();
const environment = {
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
  HOME: folder,
  BESA_DATA: folder,
  npm_config_update_notifier: 'false',
};
let hub: HubProcess;
let url = '';
/** of the `sh` block run last, and what it ended with */
let printed = { text: '', code: 0 };
let document = '';

beforeAll(async () => {
  hub = startHub({ BESA_DATA: folder, BESA_DEMO: 'small' });
  await hub.says('/readyz\n');
  // The page is one write: what stands in it after that line has come with it.
  url = (JSON.parse(readFileSync(join(folder, 'hub.json'), 'utf8')) as { readonly url: string }).url;
}, START_MS_MAX);

afterAll(async () => {
  hub?.child.kill('SIGTERM');
  await hub?.ended;
  cleanUp();
});

function run(command: string, args: readonly string[]): Promise<{ readonly text: string; readonly code: number }> {
  return new Promise((done) => {
    const options = { cwd: ROOT, env: environment, timeout: COMMAND_MS_MAX };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ text: `${stdout}${stderr}`, code });
    });
  });
}

async function runShell({ text }: Block): Promise<void> {
  const commands = text.split('\n').filter((line) => !/^git clone <this repository> besa && cd besa$/.test(line));
  if (commands.join('\n') === 'npm start') {
    const page = hub.output().slice(hub.output().indexOf('  Besa '));
    printed = { text: page.replaceAll(url, SHOWN_URL), code: 0 };
    return;
  }
  // Two users of one machine may run this at once.
  const script = commands.join('\n').replaceAll('/tmp/', `${folder}/`);
  const { text: output, code } = await run('bash', ['--noprofile', '--norc', '-uo', 'pipefail', '-c', script]);
  printed = { text: output.replaceAll(`${folder}/`, '/tmp/'), code };
}

function compareText({ text }: Block): void {
  expect({ code: printed.code, text: isAsShown(printed.text, text) ? text : printed.text }).toEqual({
    code: text.startsWith('✘') ? 1 : 0,
    text,
  });
}

async function compareAnswer({ text, prose }: Block): Promise<void> {
  const agency = askingAgency(prose);
  if (agency === undefined) throw new Error('the text before does not say as whom this is asked');
  const token = await run('npm', ['run', '--silent', 'besa', '--', 'token', '--agency', agency, '--role', 'analyst']);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.text.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  expect(await response.json()).toEqual(JSON.parse(text));
}

const CLAIMS: Readonly<Record<string, (block: Block) => void | Promise<void>>> = {
  sh: runShell,
  text: compareText,
  graphql: ({ text }) => {
    document = text;
  },
  json: compareAnswer,
};

describe('every block of README.md is true', () => {
  const blocks = blocksOf(README);

  test.each(blocks.map((block) => [`${block.language} on line ${block.line}`, block] as const))(
    '%s',
    async (_name, block) => {
      const claim = CLAIMS[block.language];
      if (claim === undefined) throw new Error(`nobody runs a block of \`${block.language}\``);
      await claim(block);
    },
    COMMAND_MS_MAX,
  );

  test('there is one that is answered, one that is refused, and one that fails', () => {
    expect(blocks.length).toBeGreaterThan(10);
    const all = blocks.map(({ text }) => text).join('\n');
    for (const mark of ['"ANSWERED"', '"NO_AGREEMENT"', '✘']) expect(all).toContain(mark);
  });
});

describe('what README.md points at', () => {
  test('a page that is linked is there, with the heading that is named', () => {
    const local = linksOf(README).filter((target) => !/^https?:/.test(target));
    expect(local.length).toBeGreaterThan(10);
    const missing = local.filter((target) => {
      const [path = '', anchor] = target.split('#');
      if (!existsSync(join(ROOT, path))) return true;
      return anchor !== undefined && !anchorsOf(readSource(path)).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  test('an npm script that is named is there', () => {
    const { scripts } = JSON.parse(readSource('package.json')) as { readonly scripts: object };
    const named = [...README.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('the example that the start page and the browser offer is the query shown', () => {
    const words = (text: string): string =>
      text
        .replace(/#.*$/gm, '')
        .replace(/^\s*query \w+/m, '')
        .replace(/\s+/g, ' ')
        .trim();
    const shown = blocksOf(README).find(({ language }) => language === 'graphql')?.text ?? '';
    expect(words(readSource('examples/western-balkans/queries/common-section.graphql'))).toBe(words(shown));
  });
});

/** Headings as addresses, and addresses set by hand. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}
