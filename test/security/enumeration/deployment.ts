import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword, putAccount } from '@rekey/accounts';
import { openDatabase, sql, statement } from '@rekey/database';
import { isRefused, Keyring, newSecret } from '@rekey/kernel';
import { MailArrivals } from '../../bench/mail-arrivals.js';
import { fillDatabase } from '../../bench/systems/fill-database.js';
import { StartedProcess } from '../../bench/systems/started-process.js';
import { freePort } from '../../runner/free-port.js';
import { startPostgres } from '../../runner/postgres.js';

/** Known and unknown identifiers are of one length: `person-1234@…` and `nobody-1234@…`. */
export const identifierOf = (kind: 'known' | 'unknown', n: number): string =>
  `${kind === 'known' ? 'person' : 'nobody'}-${1_000 + n}@bench.example`;

export interface Deployment {
  urls: { recovery: string; issuer: string; planted: string };
  mail: MailArrivals;
  /** Unbinds recoveries from accounts, as if the courier had never claimed them; past the limit of codes it does not. */
  unbind(): Promise<void>;
  assertAlive(): void;
}

const processes = {
  recovery: 'recovery',
  issuer: 'issuer',
  courier: 'courier',
  planted: 'recovery',
} as const;
type Name = keyof typeof processes;

/** Rekey as in a deployment, one process each, with its own mail server; and a recovery process with a planted leak. */
export async function deploy(accounts: number, undo: (() => unknown)[]): Promise<Deployment> {
  const outputDir = await mkdtemp(join(tmpdir(), 'rekey-enumeration-'));
  undo.push(() => rm(outputDir, { recursive: true, force: true }));
  const postgres = await startPostgres({ flags: ['-c', 'max_connections=200'] });
  undo.push(() => postgres.stop());
  const mail = await MailArrivals.open();
  undo.push(() => mail.close());
  const key = newSecret();
  const keyring = new Keyring([{ id: 'enumeration', key: Buffer.from(key, 'base64url') }]);
  await fillDatabase(postgres.adminUrl, () => load(postgres.url, keyring, accounts));

  const names = Object.keys(processes) as Name[];
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()])),
  ) as Record<Name, number>;
  const url = (name: Name) => `http://127.0.0.1:${ports[name]}`;
  const environment = {
    DATABASE_URL: postgres.url,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Bench <no-reply@bench.example>',
    REKEY_DATA_DIR: outputDir,
    REKEY_KEYRING: JSON.stringify([{ id: 'enumeration', key }]),
    MANAGEMENT_CLIENT_SECRET: newSecret(),
    LISTEN_HOST: '127.0.0.1',
    ISSUER_PORT: String(ports.issuer),
    COURIER_PORT: String(ports.courier),
    RECOVERY_URL: url('recovery'),
    ISSUER_URL: url('issuer'),
    TRUST_PROXY: '127.0.0.1',
    CODES_PER_CLIENT_PER_10_MINUTES: '999999999',
    CODES_PER_10_MINUTES: '999999999',
  };
  const leak = { NODE_OPTIONS: `--import ${new URL('./planted.js', import.meta.url).href}` };
  const started = names.map((name) => {
    const started = StartedProcess.start({
      name,
      script: `apps/${processes[name]}/src/main.js`,
      environment: {
        ...environment,
        RECOVERY_PORT: String(ports[name === 'planted' ? name : 'recovery']),
        ...(name === 'planted' ? leak : {}),
      },
      outputDir,
    });
    undo.push(() => started.stop());
    return started;
  });
  await Promise.all(started.map((one, at) => one.answers(`${url(names[at] ?? 'recovery')}/health/ready`)));
  return {
    urls: { recovery: url('recovery'), issuer: url('issuer'), planted: url('planted') },
    mail,
    unbind: () => unbindAll(postgres.adminUrl),
    assertAlive: () => {
      for (const one of started) one.assertAlive();
    },
  };
}

const unbindRecoveries = statement('enumeration_unbind', sql`update recoveries set account_id = null`);

async function unbindAll(url: string): Promise<void> {
  const database = await openDatabase({ url, name: 'enumeration' });
  try {
    await database.query(unbindRecoveries);
    await database.dataSource.query('vacuum analyze recoveries');
  } finally {
    await database.close();
  }
}

const setPasswords = statement('enumeration_passwords', sql`update accounts set password_hash = :hash`);

/** Accounts with a mail address and a password each; they share one hash, because making thousands of hashes is not measured. */
async function load(url: string, keyring: Keyring, accounts: number): Promise<void> {
  const database = await openDatabase({ url, name: 'enumeration', poolSize: 8 });
  let next = 0;
  const lane = async () => {
    while (next < accounts) {
      const n = next++;
      const addresses = [{ kind: 'email' as const, value: identifierOf('known', n), verified: true }];
      const put = await putAccount({ database, keyring }, Date.now(), {
        id: `person-${n}`,
        status: 'active',
        roles: [],
        addresses,
      });
      if (isRefused(put)) throw new Error(`account ${n} was refused: ${put.code}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: 8 }, lane));
    await database.query(setPasswords, { hash: await hashPassword('a sentence that nobody else says') });
  } finally {
    await database.close();
  }
}
