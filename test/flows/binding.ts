import type { people } from './people.js';
import type { Answer, Rekey } from './rekey.js';
import { Story } from './story.js';

/** What a signed-in person binds, and what it proves later. */
export function binding(rekey: Rekey, who: ReturnType<typeof people>) {
  const bearerOf = async (id: string, more: object = {}): Promise<string> => {
    const signedIn = await who.signIn(id, more);
    expect(signedIn.status).toBe(201);
    return signedIn.body.access_token;
  };
  const makeCodes = async (bearer: string): Promise<string[]> => {
    const made = await who.issuer('POST', 'authenticators/backup_codes', { bearer });
    expect(made.status).toBe(201);
    return made.body.codes;
  };
  const bindApp = async (bearer: string): Promise<{ id: string; secret: string }> => {
    const { body: app } = await who.issuer('POST', 'authenticators/totp', { bearer });
    const json = { value: who.totp(app.secret) };
    expect((await who.issuer('POST', `authenticators/${app.id}/confirm`, { bearer, json })).status).toBe(204);
    return app;
  };
  const list = async (bearer: string) =>
    (await who.issuer('GET', 'authenticators', { bearer })).body.authenticators;
  const proofBy = async (id: string, kind: string, value: string): Promise<Answer> => {
    const story = new Story(rekey);
    await story.start({ identifier: `${id}@example.com` });
    // Wait for its code too, before the next one is awaited.
    await rekey.idle();
    return story.prove(value, kind);
  };
  return { bearerOf, makeCodes, bindApp, list, proofBy };
}
