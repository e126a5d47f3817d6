import { expect, test } from '@jest/globals';
import { ProgressBar } from '../../src/cli/progress-bar.js';

function bar(options: Partial<ConstructorParameters<typeof ProgressBar>[0]> = {}) {
  const written: string[] = [];
  let nowMs = 0;
  const made = new ProgressBar({
    title: 'importing a.csv',
    total: 1_000,
    count: (done) => `${done} lines`,
    write: (text) => written.push(text),
    interactive: true,
    color: false,
    now: () => nowMs,
    ...options,
  });
  const at = (milliseconds: number, done: number): void => {
    nowMs = milliseconds;
    made.update(done);
  };
  return { made, at, written };
}

const CLEAR = '\r\u001b[2K';

test('one line tells percent, count and the time left, which it does not guess in the first second', () => {
  const { at, written } = bar();
  at(500, 100);
  at(30_000, 250);
  expect(written).toEqual([
    `${CLEAR}importing a.csv   10 %  ██░░░░░░░░░░░░░░░░░░░░░░  100 lines`,
    `${CLEAR}importing a.csv   25 %  ██████░░░░░░░░░░░░░░░░░░  250 lines  ETA 1:30`,
  ]);
});

test('it is drawn at most ten times a second, and a new stage at once', () => {
  const { made, at, written } = bar();
  for (let ms = 0; ms < 1_000; ms += 10) at(ms, ms);
  expect(written).toHaveLength(10);
  made.stage('storing a.csv');
  expect(written.at(-1)).toMatch(/storing a\.csv/);
});

test('a line is never wider than the terminal, colours not counted', () => {
  const { at, written } = bar({ width: () => 30, color: true });
  at(0, 500);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  expect(written[0]?.slice(CLEAR.length).replace(/\u001b\[\d+m/g, '')).toHaveLength(29);
  const wide = bar({ width: () => 200, color: true });
  wide.at(0, 500);
  expect(wide.written[0]).toContain('\u001b[32m████████████\u001b[39m');
});

test('without a terminal there is a plain line now and then, and no control sequence', () => {
  const { made, at, written } = bar({ interactive: false });
  for (let ms = 0; ms <= 25_000; ms += 100) at(ms, ms / 25);
  made.clear();
  expect(written).toEqual(['importing a.csv  40 %  400 lines\n', 'importing a.csv  80 %  800 lines\n']);
});

test('without a total there is no percent and no time left; an empty file is done at once', () => {
  const written: string[] = [];
  const open = new ProgressBar({
    title: 'a',
    count: (done) => `${done}`,
    write: (text) => written.push(text),
    interactive: true,
    color: false,
    now: () => 0,
  });
  open.update(7);
  expect(written).toEqual([`${CLEAR}a  7`]);
  const { at, written: empty } = bar({ total: 0 });
  at(0, 0);
  expect(empty[0]).toMatch(/100 %/);
});
