import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { putAccount } from '@rekey/accounts';
import { migrate, openDatabase } from '@rekey/database';
import { isRefused, Keyring, newSecret } from '@rekey/kernel';
import { migrateQueue } from '@rekey/queue';
import { freePort } from '../../postgres.js';
import { fillDatabase } from './fill-database.js';
import { StartedProcess } from './started-process.js';
import { addressOf, dealAddresses, type Surroundings, type SystemUnderLoad } from './system-under-load.js';

/** Rekey as it is deployed: recovery, courier and issuer, one process each, every safeguard on. */
export async function startRekey(around: Surroundings): Promise<SystemUnderLoad> {
  const parts = ['recovery', 'issuer', 'courier'] as const;
  const script = (name: string) => `apps/${name}/src/main.js`;
  for (const name of parts) {
    if (!existsSync(fileURLToPath(new URL(`../../../${script(name)}`, import.meta.url)))) {
      throw new Error(`apps/${name} is not built: run "npm run build", or measure with --only floor`);
    }
  }
  const key = newSecret();
  await migrate({ url: around.databaseUrl });
  await migrateQueue({ url: around.databaseUrl });
  const keyring = new Keyring([{ id: 'bench', key: Buffer.from(key, 'base64url') }]);
  await fillDatabase(around.databaseUrl, () => loadAccounts(around, keyring));

  const ports = { recovery: await freePort(), issuer: await freePort(), courier: await freePort() };
  const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
  const environment = {
    DATABASE_URL: around.databaseUrl,
    SMTP_URL: around.smtpUrl,
    MAIL_FROM: 'Bench <no-reply@bench.example>',
    REKEY_DATA_DIR: around.outputDir,
    REKEY_KEYRING: JSON.stringify([{ id: 'bench', key }]),
    MANAGEMENT_CLIENT_SECRET: newSecret(),
    LISTEN_HOST: '127.0.0.1',
    RECOVERY_PORT: String(ports.recovery),
    ISSUER_PORT: String(ports.issuer),
    COURIER_PORT: String(ports.courier),
    RECOVERY_URL: url('recovery'),
    ISSUER_URL: url('issuer'),
    // Every recovery comes from a source of its own, as from as many people; one source may begin thirty in ten minutes.
    TRUST_PROXY: '127.0.0.1',
    // One client does the work of many here.
    SENDS_PER_CLIENT: '999999999',
    SENDS_IN_ALL: '999999999',
  };
  const processes = parts.map((name) =>
    StartedProcess.start({
      name,
      script: script(name),
      environment,
      outputDir: around.outputDir,
      profileDir: around.profileDir,
    }),
  );
  try {
    await Promise.all(
      processes.map((process, at) => process.answers(`${url(parts[at] ?? 'recovery')}/health/ready`)),
    );
  } catch (fault) {
    await Promise.all(processes.map((process) => process.stop()));
    throw fault;
  }
  return {
    name: 'rekey',
    url: url('recovery'),
    database: new URL(around.databaseUrl).pathname.slice(1),
    processes,
    nextAddress: dealAddresses(around.accounts),
  };
}

/** Through the room's own verb, as the management API does it. */
async function loadAccounts({ databaseUrl, accounts }: Surroundings, keyring: Keyring): Promise<void> {
  const database = await openDatabase({ url: databaseUrl, name: 'bench', poolSize: 8 });
  let next = 0;
  const load = async () => {
    while (next < accounts) {
      const account = next++;
      const put = await putAccount({ database, keyring }, Date.now(), {
        id: `person-${account}`,
        status: 'active',
        roles: [],
        addresses: [{ kind: 'email', value: addressOf(account), verified: true }],
      });
      if (isRefused(put)) throw new Error(`account ${account} was refused: ${put.code}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: 8 }, load));
  } finally {
    await database.close();
  }
}
