/** A file system of a few megabytes in memory, that can be filled up and given room again. Needs root. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BLOCK_BYTES = 4_096;

export class SmallDisk {
  readonly path = mkdtempSync(join(tmpdir(), 'besa-disk-'));
  #fillers = 0;

  constructor(megabytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.path]);
  }

  /** A folder on it that whoever owns `like` may write to. */
  folder(name: string, like: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { mode: 0o700 });
    const { uid, gid } = statSync(like);
    chownSync(path, uid, gid);
    return path;
  }

  /** Takes all the room but this much. */
  fill(leavingBytes = 0): void {
    const { bavail } = statfsSync(this.path);
    const bytes = Math.max(0, bavail * BLOCK_BYTES - leavingBytes);
    this.#fillers += 1;
    writeFileSync(join(this.path, `filler-${this.#fillers}`), Buffer.alloc(bytes));
  }

  makeRoom(): void {
    for (; this.#fillers > 0; this.#fillers -= 1) rmSync(join(this.path, `filler-${this.#fillers}`), { force: true });
  }

  remove(): void {
    // Lazily: a server that was stopped a moment ago may still have it open.
    execFileSync('umount', ['--lazy', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}
