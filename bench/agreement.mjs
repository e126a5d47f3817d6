// The agreement the stand measures under, and a token of who asks: by the hub's own functions, as each party for itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { demoKey } from '../dist/examples/western-balkans/demo-keys.js';
import { readConfig } from '../dist/src/config.js';
import { openDemoIssuer } from '../dist/src/identity/demo-issuer.js';
import { sha256Hex, verifyEd25519 } from '../dist/src/persistence/cryptography.js';
import { demoDoors } from '../dist/src/start/demo-doors.js';
import { createHubPorts } from '../dist/src/start/hub-ports.js';
import { openReader, openSecret } from '../dist/src/start/secret.js';
import { openStandard } from '../dist/src/start/standard.js';

const TOKEN_SECONDS = 12 * 3_600;

/** What `agreement.yaml` says. */
export function baseAgreement(directory) {
  return parse(readFileSync(join(directory, 'agreement.yaml'), 'utf8'));
}

/** Drafts, offers, accepts and signs agreements, if they are not in force yet. */
export async function ensureAgreements(environment, documents, say) {
  const config = readConfig(environment);
  const hub = await portsOf(config);
  try {
    const doors = demoDoors(hub, config.databaseUrl);
    for (const [index, document] of documents.entries()) {
      const { reference, parties } = document;
      if ((await doors.agreementProgress(reference)) !== undefined) continue;
      const [first, ...others] = parties;
      await doors.draftAgreement(first, document);
      await doors.offerAgreement(first, reference);
      for (const party of others) await doors.acceptAgreement(party, reference);
      for (const party of parties) await doors.signAgreement(party, reference, demoKey(party));
      if (index % 10 === 9) say(`${index + 1} of ${documents.length} agreements`);
    }
  } finally {
    await hub.close();
  }
}

export async function tokenOf(environment, agency) {
  const issuer = await openDemoIssuer(readConfig(environment).dataFolder, { production: false });
  return issuer.issueToken({ agency, person: 'bench', roles: ['ANALYST'] }, TOKEN_SECONDS);
}

async function portsOf(config) {
  const secret = await openSecret(config);
  return createHubPorts({
    standard: await openStandard(config.recordsFolder),
    timeZone: config.timeZone,
    databaseUrl: config.databaseUrl,
    readerUrl: await openReader(config.databaseUrl, secret),
    secret,
    signing: { environment: 'demo', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: (cause) => process.stderr.write(`bench: ledger: ${cause}\n`),
    onDoubt: (doubt) => process.stderr.write(`bench: ${JSON.stringify(doubt)}\n`),
  });
}
