import { Agent, request } from 'undici';
import { certificateFor } from './certificate.js';
import { claimsOf } from './people.js';
import { codeIn, type Rekey, startRekey, until } from './rekey.js';
import { Story } from './story.js';

/** Others reach us by the public URLs; the apps of one process do not use them for one another. */
describe('public URLs', () => {
  let rekey: Rekey | undefined;
  afterEach(async () => {
    await rekey?.close();
    rekey = undefined;
  });

  test('a recovery gives credentials although no process here can reach the public URL of the issuer', async () => {
    const issuer = 'https://id.example.invalid/behind';
    rekey = await startRekey({ environment: { ISSUER_URL: issuer } });
    const story = new Story(rekey);
    expect((await story.proveBy('ada@example.com')).body.state).toBe('proven');
    const completed = await story.complete();
    expect(completed.status).toBe(201);
    expect(claimsOf(completed.body.access_token)).toMatchObject({ iss: issuer, aud: issuer });
  });

  test.each(['itself', 'authority'] as const)(
    'with a certificate signed by %s everything is HTTPS: links in mails, the issuer, a whole recovery',
    async (by) => {
      const certificate = certificateFor('localhost', { by });
      if (!certificate) return;
      const { certFile, keyFile, ca } = certificate;
      const dispatcher = new Agent({ connect: { ca } });
      try {
        rekey = await startRekey({ environment: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } });
        const { urls, ports } = rekey.settings;
        expect(urls).toEqual({
          recovery: `https://localhost:${ports.recovery}`,
          issuer: `https://localhost:${ports.issuer}`,
          console: `https://localhost:${ports.console}`,
        });
        let bearer = '';
        const post = async (path: string, json: object) => {
          const { statusCode, body } = await request(`${urls.recovery}/v1/recoveries${path}`, {
            method: 'POST',
            dispatcher,
            headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
            body: JSON.stringify(json),
          });
          return { status: statusCode, body: (await body.json()) as Record<string, string> };
        };
        const { id = '', token = '' } = (await post('', { identifier: 'ada@example.com' })).body;
        bearer = token;
        const of = rekey;
        const mail = await until('the code', async () => (await of.codes('ada@example.com'))[0]);
        expect(mail.text).toContain(`${urls.recovery}/stop?token=`);
        expect(mail.text).not.toContain('http://');
        await post(`/${id}/proofs`, { kind: 'code', value: codeIn(mail) });
        const completed = await post(`/${id}/credentials`, {});
        expect([completed.status, claimsOf(completed.body.access_token ?? '').iss]).toEqual([
          201,
          urls.issuer,
        ]);
      } finally {
        await dispatcher.close();
        certificate.remove();
      }
    },
  );
});
