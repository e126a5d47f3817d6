// Makes the secrets docker-compose.yml mounts, once: `node scripts/compose-secrets.mjs`, then `docker compose up`.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** File names and contents. Passwords are letters and digits only: the same text stands in a URL and in SQL. */
export function makeSecrets(random = () => randomBytes(32).toString('hex')) {
  const hubPassword = random();
  return {
    database_password: random(),
    hub_password: hubPassword,
    database_url: `postgres://besa:${hubPassword}@database:5432/besa`,
    hub_secret: random(),
    ledger_key: generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function main() {
  const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), '.besa', 'compose');
  if (existsSync(folder)) {
    process.stderr.write(`besa: \`${folder}\` exists; it was left as it is\n`);
    return;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Compose mounts the files as they are, and the hub's user in its container is another one than here: the folder keeps
  // others on this machine out, so the files themselves may be read by whoever is let in.
  for (const [name, content] of Object.entries(makeSecrets()))
    writeFileSync(join(folder, name), content, { mode: 0o444 });
  process.stderr.write(`besa: made the secrets for \`docker compose up\` in \`${folder}\`\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
