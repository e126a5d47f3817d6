/** Uploads of files over a socket of their own: what a request injected without one cannot do. */
import type { AddressInfo } from 'node:net';
import { importRoute } from '../../src/http/import-route.js';
import type { Ports } from '../../src/hub/ports.js';
import { testServer } from '../api/harness.js';

export interface Uploaded {
  readonly status: number;
  readonly body: unknown;
}

export interface UploadDoor {
  /** `as`: `AL-BMP:STEWARD` */
  upload(database: string, as: string, csv: string): Promise<Uploaded>;
  close(): Promise<void>;
}

/** The hub's own HTTP server on a free port, with its route for imports. */
export async function uploadDoor(hub: Ports): Promise<UploadDoor> {
  const { server, close } = await testServer(hub, {
    routes: [(scope, door) => importRoute(scope, { hub, authenticate: door.authenticate })],
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  return {
    async upload(database, as, csv) {
      const response = await fetch(`http://127.0.0.1:${port}/imports/v1/${database}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${as}`, 'content-type': 'text/csv' },
        body: csv,
      });
      return { status: response.status, body: await response.json() };
    },
    close,
  };
}
