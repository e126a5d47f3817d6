import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  const started = globalThis.besaTestCluster;
  if (started === undefined) return;
  await started.cluster.stop();
  rmSync(started.dataFolder, { recursive: true, force: true });
}
