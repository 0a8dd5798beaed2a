import { randomBytes } from 'node:crypto';
import type { FactoryProvider, Provider } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { createApp } from '@rekey/http';
import { Keyring } from '@rekey/kernel';
import { openTelemetry } from '@rekey/telemetry';
import { fastify } from 'fastify';
import { RecoveryModule } from '../recovery.module.js';
import { BrowserState } from './browser-state.js';
import { refuseUnlistedForms } from './csrf-guard.js';
import { everyForm } from './every-form.js';
import { PAGES } from './page-parts.js';
import { registerPages } from './register.js';

const forms = Object.keys(everyForm);

/** The app's own controllers and guards, with providers that open nothing: a handler that runs fails. */
class WithoutDatabase {}
const metadata = (key: string) => new Reflector().get(key, RecoveryModule);
const opensNothing = (provider: Provider): Provider => {
  const { provide, useFactory } = provider as Partial<FactoryProvider>;
  const isKept = useFactory === undefined || provide === BrowserState || provide === PAGES;
  return isKept || provide === undefined
    ? provider
    : { provide, useValue: { database: { within: () => ({}) } } };
};
const module = {
  module: WithoutDatabase,
  controllers: metadata('controllers'),
  providers: metadata('providers').map(opensNothing),
};

describe('the CSRF check of forms', () => {
  test('the server refuses to register a form route that is not listed', () => {
    const server = fastify();
    refuseUnlistedForms(server);
    const act = () => 'done';
    for (const path of forms) server.post(path, act);
    const config = { withoutCookies: true };
    for (const path of ['/recover/other', '/v1/stops', '/webhooks/twilio/status'])
      server.get(path, act).put(`/v1${path}`, { config }, act);
    expect(() => server.post('/recover/anew', act)).toThrow('/recover/anew is not in everyForm');
    expect(() => server.post('/v1/anew', act)).toThrow('/v1/anew is not in everyForm');
    expect(() => server.all('/account/everything', act)).toThrow('is not in everyForm');
    expect(() => server.delete('/toString', act)).toThrow('is not in everyForm');
  });

  test('a form without a valid CSRF field reaches no guard and no handler', async () => {
    const keyring = new Keyring([{ id: '2026', key: randomBytes(32) }]);
    const { app, fastify: server } = await createApp({
      name: 'recovery',
      module,
      port: 0,
      settings: {
        listenHost: 'localhost',
        trustProxy: [],
        logLevel: 'silent',
        keyring,
        urls: { recovery: 'http://localhost:3000' },
        productName: 'Rekey',
      } as never,
      telemetry: await openTelemetry({ app: 'recovery' }),
      register: registerPages,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const csrf = `${'x'.repeat(43)}.${'x'.repeat(43)}`;
    for (const url of forms) {
      for (const payload of ['', `csrf=${csrf}`]) {
        const answer = await server.inject({ method: 'POST', url, payload, headers });
        expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
          url,
          403,
          'text/html; charset=utf-8',
        ]);
      }
    }
    await app.close();
  });
});
