import { randomBytes } from 'node:crypto';
import { createApp, type Log } from '@rekey/http';
import { loadSettings } from '@rekey/settings';
import { consolePlace, type StaffContext } from '@rekey/staff';
import { openTelemetry } from '@rekey/telemetry';
import { createDatabase } from '../../../../test/runner/database.js';
import { ConsoleModule } from '../console.module.js';
import { register } from '../register.js';
import { DemoEntry } from './demo-entry.js';

const url = 'https://console.example.com';

test.each([
  ['http://localhost:3002', false, 'localhost', true],
  ['https://127.0.0.1:3002', false, '127.0.0.1', true],
  ['http://[::1]:3002', false, '::1', true],
  ['http://localhost:3002', true, 'localhost', false],
  // Somebody has forgotten NODE_ENV=production.
  [url, false, 'localhost', false],
  ['http://localhost.example.com', false, 'localhost', false],
  // And CONSOLE_URL: other machines get here.
  ['http://localhost:3002', false, '0.0.0.0', false],
  ['http://localhost:3002', false, '::', false],
  ['http://localhost:3002', false, '192.0.2.1', false],
])(
  'a demo at %s, in production: %s, listening on %s: %s; the log says so',
  (at, production, host, offersDemo) => {
    const place = consolePlace(at, production, host);
    const said: string[] = [];
    const log = { info: (_fields: object, text: string) => said.push(text) } as unknown as Log;
    new DemoEntry({ place } as StaffContext, log).onApplicationBootstrap();
    expect([place.offersDemo, said]).toEqual([
      offersDemo,
      [expect.stringMatching(offersDemo ? /^demo entry: anybody/ : /^demo entry: off/)],
    ]);
  },
);

test('in production there is no demo, and the cookies are for this host over HTTPS alone', async () => {
  const database = await createDatabase();
  const settings = loadSettings(
    {
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      REKEY_KEYRING: JSON.stringify([{ id: 'a', key: randomBytes(32).toString('base64url') }]),
      ISSUER_URL: 'https://id.example.com',
      CONSOLE_URL: url,
      LOG_LEVEL: 'silent',
    },
    'console',
  );
  const telemetry = await openTelemetry({ app: 'console', tracing: undefined });
  const { app, fastify } = await createApp({
    name: 'console',
    module: ConsoleModule,
    port: 0,
    settings,
    telemetry,
    register,
  });
  const post = (path: string, payload: object) =>
    fastify.inject({ method: 'POST', url: `/staff/${path}`, headers: { origin: url }, payload });
  try {
    const demo = await post('sessions/demo', { role: 'admin' });
    expect([demo.statusCode, demo.headers['set-cookie']]).toEqual([404, undefined]);
    expect((await fastify.inject('/staff/sign-in')).json()).toEqual({ demo: false });
    const offer = await post('sessions/options', {});
    expect(offer.json().options).toMatchObject({ rpId: 'console.example.com', userVerification: 'required' });
    expect(offer.headers['set-cookie']).toMatch(
      /^__Host-rekey-staff-sign-in=[\w-]+; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  } finally {
    await app.close();
    await telemetry.close();
    await database.drop();
  }
});
