import { spawnSync } from 'node:child_process';
import { type KeyObject, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadSettings } from '@rekey/settings';
import { parse } from 'yaml';

const docker = fileURLToPath(new URL('../../docker/', import.meta.url));

/** A copy of docker/, so that nothing of this tree is written. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rekey-prepare-'));
  for (const name of ['prepare', 'certificate', 'example.env', 'compose.yaml'])
    copyFileSync(docker + name, join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function prepare() {
  const { status, stdout, stderr } = spawnSync(join(folder, 'prepare'), { encoding: 'utf8' });
  return { status, stdout, stderr };
}
const env = () => readFileSync(join(folder, '.env'), 'utf8');
const secret = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8').trim();
const put = (name: string, value: string) => writeFileSync(join(folder, 'secrets', name), value);
function set(values: Record<string, string>): void {
  const text = Object.entries(values).reduce(
    (whole, [name, value]) => whole.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    env(),
  );
  writeFileSync(join(folder, '.env'), text);
}

/** What only the operator knows. */
const known = {
  RECOVERY_URL: 'https://recover.example.com',
  ISSUER_URL: 'https://issuer.example.com',
  CONSOLE_URL: 'https://console.example.com',
  MAIL_FROM: 'Rekey <no-reply@example.com>',
  SMS: 'off',
};

/** The environment that compose gives to a service. */
function environmentOf(service: string): Record<string, string> {
  const values = Object.fromEntries(
    [...env().matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const { services } = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true });
  const given = services[service].environment as Record<string, string>;
  const filled = Object.entries(given).map(([name, value]) => [
    name,
    String(value)
      .replace(/\$\{(\w+)[^{}]*\}/g, (_, variable: string) => values[variable] ?? '')
      .replace('/run/secrets/', `${folder}/secrets/`),
  ]);
  return { NODE_ENV: 'production', ...Object.fromEntries(filled), TRUST_PROXY: '10.77.213.0/24' };
}

describe('docker/prepare', () => {
  test('makes what can be made, and names all that is missing at once', () => {
    const { status, stderr } = prepare();
    expect(status).toBe(78);
    expect(stderr.trim().split('\n')).toEqual([
      'still missing:',
      '  docker/.env: RECOVERY_URL',
      '  docker/.env: ISSUER_URL',
      '  docker/.env: CONSOLE_URL',
      '  docker/.env: MAIL_FROM',
      '  docker/secrets/smtp_url, for MAIL=smtp',
      '  docker/.env: TWILIO_ACCOUNT_SID, or SMS=off',
      '  docker/.env: TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM, or SMS=off',
      '  docker/secrets/twilio_auth_token, for SMS=twilio',
    ]);
    const wanted = ['compose.yaml', 'observability/compose.yaml'].flatMap((name) =>
      Object.keys(parse(readFileSync(docker + name, 'utf8'), { merge: true }).secrets),
    );
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(wanted.sort());
    expect(statSync(join(folder, 'secrets')).mode & 0o77).toBe(0);
  });

  test.each(['recovery', 'issuer', 'console', 'courier', 'migrate', 'roles'] as const)(
    'with nothing missing, %s accepts its settings',
    (process) => {
      prepare();
      set(known);
      put('smtp_url', 'smtps://user:word@mail.example.com');
      expect(prepare()).toMatchObject({ status: 0, stderr: '' });
      expect(() => loadSettings(environmentOf(process), process)).not.toThrow();
    },
  );

  test('keeps what is there', () => {
    prepare();
    const made = ['keyring', 'database_url', 'redis_url', 'metrics_token'].map(secret);
    expect(new Set(made).size).toBe(4);
    prepare();
    expect(['keyring', 'database_url', 'redis_url', 'metrics_token'].map(secret)).toEqual(made);
  });

  test('takes the secrets of a docker/.env from before there were files', () => {
    const keyring = '[{"id":"2025","key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]';
    writeFileSync(
      join(folder, '.env'),
      `RECOVERY_URL=https://recover.example.com
POSTGRES_PASSWORD=super
DATABASE_OWNER_PASSWORD=owner
DATABASE_APP_PASSWORD=app
REKEY_KEYRING='${keyring}'
SMTP_URL=smtps://mail.example.com
`,
    );
    const { stdout } = prepare();
    expect(stdout).toMatch(/^docker\/\.env: added COMPOSE_PROFILES .*MAIL_FROM/m);
    expect(stdout).toContain('docker/secrets/keyring: taken from REKEY_KEYRING');
    expect(env()).toContain('\nCOMPOSE_PROFILES=databases,proxy\n');
    expect(env().match(/^RECOVERY_URL=.*$/gm)).toEqual(['RECOVERY_URL=https://recover.example.com']);
    expect(secret('keyring')).toBe(keyring);
    expect(secret('postgres_password')).toBe('super');
    expect(secret('database_admin_url')).toBe('postgres://rekey:super@postgres:5432/postgres');
    expect(secret('database_owner_url')).toBe('postgres://rekey_owner:owner@postgres:5432/rekey');
    expect(secret('database_url')).toBe('postgres://rekey_app:app@postgres:5432/rekey');
    expect(secret('smtp_url')).toBe('smtps://mail.example.com');
  });

  test('makes a certificate for the three hosts, anew when they change, and leaves one of yours', () => {
    prepare();
    set(known);
    put('smtp_url', 'smtps://mail.example.com');
    expect(prepare().stdout).toContain('made for recover.example.com issuer.example.com console.example.com');
    const [authority, made] = [secret('authority.pem'), secret('proxy_pem')].map(
      (pem) => new X509Certificate(pem),
    );
    expect(made?.verify(authority?.publicKey as KeyObject)).toBe(true);
    expect(made?.subjectAltName).toBe(
      'DNS:recover.example.com, DNS:issuer.example.com, DNS:console.example.com',
    );
    expect(prepare().stdout).not.toContain('proxy_pem');
    set({ CONSOLE_URL: 'https://staff.example.com' });
    expect(prepare().stdout).toContain('made for recover.example.com issuer.example.com staff.example.com');
    const yours = secret('authority.pem');
    put('proxy_pem', yours);
    put('authority.pem', '');
    prepare();
    expect(secret('proxy_pem')).toBe(yours);
  });

  test.each(['https://recover.example.com/', 'https://example.com/recover', 'http://recover.example.com'])(
    'the proxy cannot serve %s',
    (url) => {
      prepare();
      set({ ...known, RECOVERY_URL: url });
      expect(prepare().stderr).toContain('docker/.env: RECOVERY_URL as https://HOST');
    },
  );

  test('with databases of your own, it asks for their URLs and makes no password', () => {
    prepare();
    rmSync(join(folder, 'secrets'), { recursive: true });
    set({ ...known, COMPOSE_PROFILES: 'proxy', MAIL: 'webhook' });
    const { status, stderr } = prepare();
    expect(status).toBe(78);
    expect(stderr).toContain('docker/secrets/database_url');
    expect(stderr).toContain('docker/secrets/database_owner_url');
    expect(stderr).toContain('docker/secrets/mail_webhook_url, for MAIL=webhook');
    expect(stderr).toContain('docker/secrets/webhook_secret, for MAIL=webhook');
    expect(secret('postgres_password')).toBe('');
    expect(secret('redis_url')).toBe('');
  });
});
