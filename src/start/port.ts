/** Whether the hub can listen where it is told to, found out before anything slow begins. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { StartError } from '../support/start-error.js';

/**
 * Resolves if the port is free now.
 *
 * @throws StartError saying who holds it, as far as the system tells, and how to use another
 */
export async function requirePort(host: string, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => fail(listenError(error, host, port)));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => done()));
  });
}

/** A failed `listen` in the operator's words; anything unexpected comes back as it is. */
export function listenError(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const cause = { cause: error };
  switch (code) {
    case 'EADDRINUSE': {
      const holder = portHolder(port);
      const by = holder === undefined ? '' : ` by process ${holder.pid} (\`${holder.command}\`)`;
      const mends = ['stop that one, or start with another port: `PORT=4001 npm start`'];
      return new StartError(`port ${port} on \`${host}\` is taken${by}`, mends, cause);
    }
    case 'EACCES':
      return new StartError(`port ${port} may not be used by this user`, ['set `PORT` to a number above 1023'], cause);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(
        `\`${host}\` is no address of this machine`,
        ['set `HOST`, for example to `127.0.0.1` or `0.0.0.0`'],
        cause,
      );
    default:
      return error;
  }
}

/** The process that listens on a port: Linux only, and only a process this user may look at. */
export function portHolder(port: number): { readonly pid: number; readonly command: string } | undefined {
  try {
    const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(table, port)));
    if (sockets.size === 0) return undefined;
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holds(name, sockets));
    if (pid === undefined) return undefined;
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((word) => word !== '');
    return { pid: Number(pid), command: words.slice(0, 3).join(' ').slice(0, 100) };
  } catch {
    return undefined;
  }
}

/** Lines of the kernel's table: `sl local_address rem_address st … inode`; state 0A is LISTEN, the port is hexadecimal. */
function listeningSockets(table: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells[1]?.endsWith(wanted) && cells[3] === '0A')
    .map((cells) => `socket:[${cells[9]}]`);
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => sockets.has(linkOf(`/proc/${pid}/fd/${name}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
