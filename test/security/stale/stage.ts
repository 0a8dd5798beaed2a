import { createHash } from 'node:crypto';
import { stopToken } from '@rekey/outbox';
import { SigningKeys } from '@rekey/tokens';
import { people } from '../../flows/people.js';
import { type Answer, newHousehold, type Rekey } from '../../flows/rekey.js';
import { Story } from '../../flows/story.js';

export const redirectUri = 'https://app.example/back';
export const verifier = 'v'.repeat(64);
export const challenge = createHash('sha256').update(verifier).digest('base64url');
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** One cell of the matrix: a person, an account and a client that no other cell uses. */
export interface Cell {
  id: string;
  client: string;
  mail: string;
  /** The proof for the owner's changes, when a password alone is not enough. */
  strong?: string;
  /** The secret of the authenticator app, or a backup code. */
  secret?: string;
  codes?: string[];
}

/** The tools of facts and gaps. */
export function stageOn(rekey: Rekey) {
  const who = people(rekey);
  const { urls } = rekey.settings;
  let bearer: { token: Promise<string>; until: number } | undefined;
  const management = () => {
    if (!bearer || bearer.until < rekey.clock.now())
      bearer = { token: who.management(), until: rekey.clock.now() + 300_000 };
    return bearer.token;
  };
  const call = async (method: string, path: string, json?: object): Promise<Answer> => {
    newHousehold();
    return rekey.call(method, `${urls.console}/v1/${path}`, { bearer: await management(), json });
  };
  const own = (method: string, path: string, options: object = {}) => {
    newHousehold();
    return who.issuer(method, path, options);
  };
  let replaced: Promise<unknown> | undefined;
  return {
    rekey,
    who,
    own,
    /** Once for all cells: from now on the next key signs. */
    replaceSigningKeys: () => (replaced ??= replaceKeys(rekey)),
    /** A change by management. */
    async put({ id }: Cell, more: object): Promise<void> {
      const read = (await call('GET', `accounts/${id}`)).body;
      expect((await call('PUT', `accounts/${id}`, { ...read, ...more })).status).toBe(200);
    },
    async putNew(id: string, addresses: object[], more: object = {}): Promise<void> {
      newHousehold();
      await who.put(id, { addresses, ...more });
    },
    /** Somebody recovers with the phone, and the owner says that it was not them. */
    async stopAnother({ id }: Cell): Promise<void> {
      newHousehold();
      const story = new Story(rekey);
      expect((await story.proveBy(who.phoneOf(id))).status).toBe(200);
      const link = stopToken(rekey.settings.keyring, story.id, rekey.clock.now());
      expect((await story.stop(link)).status).toBe(204);
    },
    async remove({ id }: Cell): Promise<void> {
      expect((await call('DELETE', `accounts/${id}`)).status).toBe(204);
    },
    async putClient({ client }: Pick<Cell, 'client'>, more: object = {}): Promise<void> {
      const grants = [exchangeGrant, 'authorization_code', 'refresh_token', deviceGrant];
      const json = { name: 'An app', type: 'public', redirect_uris: [redirectUri], grants, ...more };
      expect([200, 201]).toContain((await call('PUT', `clients/${client}`, json)).status);
    },
    async removeClient({ client }: Cell): Promise<void> {
      expect((await call('DELETE', `clients/${client}`)).status).toBe(204);
    },
    /** A session by the password, or by everything that the account asks for. */
    async session(cell: Cell): Promise<string> {
      if (cell.strong) return cell.strong;
      newHousehold();
      const signedIn = await who.signIn(cell.id, { client_id: cell.client });
      expect(signedIn.status).toBe(201);
      return signedIn.body.access_token;
    },
    /** An app that is bound, or whose binding is unconfirmed. */
    async beginApp(session: string): Promise<{ id: string; secret: string }> {
      const begun = await own('POST', 'authenticators/totp', { bearer: session });
      expect(begun.status).toBe(201);
      return begun.body;
    },
    confirmApp(session: string, app: { id: string; secret: string }): Promise<Answer> {
      const json = { value: who.totp(app.secret) };
      return own('POST', `authenticators/${app.id}/confirm`, { bearer: session, json });
    },
    async makeCodes(session: string): Promise<string[]> {
      const made = await own('POST', 'authenticators/backup_codes', { bearer: session });
      expect(made.status).toBe(201);
      return made.body.codes;
    },
    async authenticatorOf({ id }: Cell, kind: string): Promise<string> {
      const [row] = await rekey.sql(
        'select id from authenticators where account_id = $1 and kind = $2 and removed_at is null',
        [id, kind],
      );
      return row.id;
    },
  };
}

async function replaceKeys(rekey: Rekey): Promise<void> {
  const plan = { alg: 'ES256' as const, rotateEveryMs: 1 };
  await new SigningKeys(await rekey.openDatabase(), rekey.settings.keyring, rekey.clock, plan).rotate();
  const now = new Date(rekey.clock.now());
  const changed = await rekey.sql(
    'update signing_keys set active_from = $1 where active_from > $1 returning kid',
    [now],
  );
  expect(changed).toHaveLength(2);
}

export type Stage = ReturnType<typeof stageOn>;
