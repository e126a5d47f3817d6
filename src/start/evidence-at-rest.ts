import type { Config } from '../config.js';
import type { LedgerKey } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Ports } from '../hub/ports.js';
import { createLedger } from '../persistence/ledger.js';
import { migrate } from '../persistence/migrate.js';
import { openDatabase } from '../persistence/open-database.js';
import { openSafekeeping } from '../persistence/safekeeping.js';
import { signingOf } from './agreements-at-rest.js';
import { createEvidence } from './ledger-evidence.js';
import { newKeyPem, openLedgerKey, privateKeyFrom } from './ledger-key.js';

export interface EvidenceAtRest extends Pick<Ports, 'ledger' | 'safekeeping' | 'treeHeads' | 'witnesses'> {
  /** @throws StartError if it is no private Ed25519 key */
  rotate(pem: string, entry: (key: LedgerKey) => LedgerEntry): Promise<LedgerKey>;
  newKeyPem(): string;
}

/** Hands the evidence of the hub's database to `work`, with or without a hub, and closes what it opened. @throws StartError */
export async function withEvidence<T>(config: Config, work: (evidence: EvidenceAtRest) => Promise<T>): Promise<T> {
  const [ledgerKey, safekeeping] = [await openLedgerKey(config), await openSafekeeping(config.safekeepingFolder)];
  const database = await openDatabase(config);
  try {
    await migrate(database.url);
    const evidence = createEvidence(database.url, signingOf(config), { ledgerKey, safekeeping });
    const ledger = createLedger({ url: database.url });
    try {
      const rotate: EvidenceAtRest['rotate'] = (pem, entry) =>
        evidence.treeHeads.rotate(privateKeyFrom(pem, 'the file'), entry);
      return await work({ ...evidence, ledger, rotate, newKeyPem });
    } finally {
      await Promise.all([evidence.treeHeads.close(), ledger.close()]);
    }
  } finally {
    await database.close();
  }
}
