// What the system tells of processes; on other systems than Linux it tells nothing, and the stand goes on without.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Resident memory of a process in MB, undefined where it cannot be read. */
export function residentMegabytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** The server under test has one core for itself, PostgreSQL and the load share another: so they do not take from each other at random. */
export function pins() {
  const canPin =
    process.platform === 'linux' && availableParallelism() >= 2 && spawnSync('taskset', ['-V']).status === 0;
  return canPin ? { server: 0, rest: 1 } : { server: undefined, rest: undefined };
}

/** Puts a running process, its threads, and what it starts from now on, on one core. */
export function pin(pid, core) {
  if (core !== undefined) spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)]);
}
