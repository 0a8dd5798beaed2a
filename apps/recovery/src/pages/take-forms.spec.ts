import { randomBytes } from 'node:crypto';
import { Keyring } from '@rekey/kernel';
import { fastify } from 'fastify';
import { BrowserState } from './browser-state.js';
import { everyForm } from './every-form.js';
import { takeForms } from './take-forms.js';

describe('the check of forms', () => {
  const browser = new BrowserState(
    new Keyring([{ id: '2026', key: randomBytes(32) }]),
    'http://localhost:3000',
  );

  test('an address that takes forms and is not listed is not even served', () => {
    const server = fastify();
    takeForms(server, browser, 'Rekey');
    const act = () => 'done';
    for (const path of Object.keys(everyForm)) server.post(path, act);
    for (const path of ['/recover/other', '/v1/stops', '/webhooks/twilio/status'])
      server.get(path, act).put(`/v1${path}`, act);
    expect(() => server.post('/recover/anew', act)).toThrow('/recover/anew is not in everyForm');
    expect(() => server.all('/account/everything', act)).toThrow('is not in everyForm');
    expect(() => server.delete('/toString', act)).toThrow('is not in everyForm');
  });
});
