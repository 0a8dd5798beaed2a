import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { putAccount } from '@rekey/accounts';
import { type Database, makeRoles, openDatabase, prepareSchema } from '@rekey/database';
import { isRefused, Keyring, newSecret } from '@rekey/kernel';
import { migrateQueue } from '@rekey/queue';
import { freePort } from '../../runner/free-port.js';
import { rolesOf } from '../../runner/template.js';
import { fillDatabase } from './fill-database.js';
import { StartedProcess } from './started-process.js';
import { accountIdOf, addressOf, type Surroundings } from './system-under-load.js';

export const rekeyParts = ['recovery', 'issuer', 'courier'] as const;
export type RekeyPart = (typeof rekeyParts)[number];

/** The parts of a system of Rekey's processes, before they start. */
export interface RekeyPlan {
  keyring: Keyring;
  urlOf(part: RekeyPart): string;
  environment: Record<string, string>;
}

const script = (part: RekeyPart) =>
  part === 'courier' ? 'test/bench/systems/switched-courier.js' : `apps/${part}/src/main.js`;

/** @throws when a part is not built */
export async function planRekey(around: Surroundings): Promise<RekeyPlan> {
  for (const part of rekeyParts) {
    if (!existsSync(fileURLToPath(new URL(`../../../${script(part)}`, import.meta.url)))) {
      throw new Error(`apps/${part} is not built: run "npm run build", or measure with --only floor`);
    }
  }
  const key = newSecret();
  const ports = { recovery: await freePort(), issuer: await freePort(), courier: await freePort() };
  const urlOf = (part: RekeyPart) => `http://127.0.0.1:${ports[part]}`;
  return {
    keyring: new Keyring([{ id: 'bench', key: Buffer.from(key, 'base64url') }]),
    urlOf,
    environment: {
      DATABASE_URL: rolesOf(around.databaseUrl).url,
      SMTP_URL: around.smtpUrl,
      MAIL_FROM: 'Bench <no-reply@bench.example>',
      REKEY_DATA_DIR: around.outputDir,
      REKEY_KEYRING: JSON.stringify([{ id: 'bench', key }]),
      MANAGEMENT_CLIENT_SECRET: newSecret(),
      LISTEN_HOST: '127.0.0.1',
      RECOVERY_PORT: String(ports.recovery),
      ISSUER_PORT: String(ports.issuer),
      COURIER_PORT: String(ports.courier),
      RECOVERY_URL: urlOf('recovery'),
      ISSUER_URL: urlOf('issuer'),
      // Every recovery comes from its own source, like as many people; one source may start thirty in ten minutes.
      TRUST_PROXY: '127.0.0.1',
      // One client does the work of many here.
      CODES_PER_CLIENT_PER_10_MINUTES: '999999999',
      CODES_PER_10_MINUTES: '999999999',
    },
  };
}

/** Uses the functions of the libraries, as the management API does. @param more further content of the database */
export async function loadRekey(
  { databaseUrl, accounts }: Surroundings,
  { keyring }: RekeyPlan,
  {
    before,
    more,
  }: {
    /** Fills the empty schema, as the superuser of this URL. */
    before?: (databaseUrl: string) => Promise<void>;
    /** Adds what the accounts are to have. */
    more?: (database: Database) => Promise<void>;
  } = {},
): Promise<void> {
  const roles = rolesOf(databaseUrl);
  await makeRoles(roles);
  await prepareSchema(roles, migrateQueue);
  await before?.(databaseUrl);
  await fillDatabase(databaseUrl, async () => {
    const database = await openDatabase({ url: roles.url, name: 'bench', poolSize: 8 });
    try {
      await eightAtOnce(accounts, async (account) => {
        const put = await putAccount({ database, keyring }, Date.now(), {
          id: accountIdOf(account),
          status: 'active',
          roles: [],
          addresses: [{ kind: 'email', value: addressOf(account), verified: true }],
        });
        if (isRefused(put)) throw new Error(`account ${account} was refused: ${put.code}`);
      });
      await more?.(database);
    } finally {
      await database.close();
    }
  });
}

export async function eightAtOnce(times: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** One process for each app, as in a deployment. @returns when all are ready */
export async function startParts(
  parts: readonly RekeyPart[],
  { urlOf, environment }: RekeyPlan,
  { outputDir, profileDir }: Surroundings,
): Promise<StartedProcess[]> {
  const processes = parts.map((name) =>
    StartedProcess.start({ name, script: script(name), environment, outputDir, profileDir }),
  );
  try {
    await Promise.all(parts.map((part, at) => processes[at]?.answers(`${urlOf(part)}/health/ready`)));
  } catch (fault) {
    await Promise.all(processes.map((process) => process.stop()));
    throw fault;
  }
  return processes;
}
