// The differential suite as plain JavaScript beside a copy of the built hub: long runs and planted bugs need no test runner.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One TypeScript file as the build makes it. */
export function built(source, name) {
  const options = { parser: { syntax: 'typescript' }, target: 'es2023' };
  return transformSync(source, { filename: name, swcrc: false, jsc: options, module: { type: 'es6' } }).code;
}

/** The suite itself is no part of the build: it is compiled beside the copy, as it stands now. */
function compileSuite(copy) {
  const folder = join('tests', 'differential');
  const target = join(copy, 'dist', folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(join(ROOT, folder)).filter((file) => /(?<!\.test)\.ts$/.test(file))) {
    const source = readFileSync(join(ROOT, folder, name), 'utf8');
    writeFileSync(join(target, name.replace(/\.ts$/, '.js')), built(source, name));
  }
}

/** Puts the built hub and the suite into a folder, with a script that runs there as `run.mjs`. */
export function copySuite(copy, runner) {
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  compileSuite(copy);
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(copy, 'run.mjs'), runner);
}
