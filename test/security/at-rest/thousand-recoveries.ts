import { hashPassword, putAccount } from '@rekey/accounts';
import { openDatabase } from '@rekey/database';
import { isRefused } from '@rekey/kernel';
import { codeIn, newHousehold, type Rekey, stopTokenIn, until } from '../../flows/rekey.js';
import { Story } from '../../flows/story.js';
import type { Secret } from '../../search/secret-forms.js';

export interface Told {
  secrets: Secret[];
  codes: Secret[];
}

const mailOf = (n: number) => `quiet.person.${n}@inbox-of-nobody.example`;
const phoneOf = (n: number) => `+1202${5_551_000 + n}`;
const nameOf = (n: number) => `harbour-light-${n}`;
export const ownPassword = 'what the tide brings back';

/** People of whom no plain value may be found. Their ids belong to the product and say nothing. */
export async function putPeople(rekey: Rekey, count: number): Promise<Secret[]> {
  const { databaseUrl = '', keyring } = rekey.settings;
  const database = await openDatabase({ url: databaseUrl, name: 'spec', poolSize: 4 });
  const passwordHash = await hashPassword(ownPassword);
  for (let n = 0; n < count; n++) {
    const outcome = await putAccount({ database, keyring }, rekey.clock.now(), {
      id: `a${n}`,
      username: nameOf(n),
      roles: [],
      status: 'active',
      addresses: [
        { kind: 'email', value: mailOf(n), verified: true },
        { kind: 'phone', value: phoneOf(n), verified: true },
      ],
      passwordHash,
    });
    if (isRefused(outcome)) throw new Error(`person ${n}: ${outcome.code}`);
  }
  await database.close();
  return Array.from({ length: count }, (_, n) => [
    { kind: 'mail address', value: mailOf(n) },
    { kind: 'phone number', value: phoneOf(n).slice(1) },
    { kind: 'user name', value: nameOf(n) },
  ]).flat();
}

/**
 * Complete recoveries by mail, by SMS and by user name in turn, sixteen at once: with wrong attempts, new passwords, refreshes,
 * stop links and starts of unknown people among them.
 *
 * @returns every secret that somebody was given
 */
export async function recoverAll(rekey: Rekey, people: number, count: number): Promise<Told> {
  const told: Told = { secrets: [], codes: [] };
  let next = 0;
  const keep = (kind: string, value: string) => told.secrets.push({ kind, value });
  const one = async (n: number) => {
    newHousehold();
    const who = n % people;
    const bySms = n % 3 === 0;
    const to = bySms ? phoneOf(who) : mailOf(who);
    const story = new Story(rekey);
    // By its id, not by their number: the mailbox keeps the last thousand messages only.
    const before = (await rekey.codes(to))[0]?.id;
    const started = await story.start({ identifier: n % 3 === 2 ? nameOf(who) : to });
    if (started.status !== 202) throw new Error(`start ${n}: ${started.text}`);
    keep('recovery token', story.token);
    const message = await until(`the code of ${n}`, async () => {
      const [newest] = await rekey.codes(to);
      return newest?.id === before ? undefined : newest;
    });
    const code = codeIn(message).replace(' ', '');
    told.codes.push({ kind: `code of ${code.length} digits`, value: code });
    // An SMS has no room for a link.
    const stop = bySms ? undefined : stopTokenIn(message);
    if (stop) keep('stop token', stop);
    const link = /\/recover\/link\?token=([\w-]+)/.exec(message.text)?.[1];
    if (link) keep('link token', link);
    if (n % 5 === 0) await story.prove('0'.repeat(code.length));
    const proven = await story.prove(code);
    if (proven.status !== 200) throw new Error(`proof ${n}: ${proven.text}`);
    const password = `a new sentence of person number ${n}`;
    const completed = await story.complete(n % 20 === 0 ? { password } : {});
    if (completed.status !== 201) throw new Error(`settling ${n}: ${completed.text}`);
    if (n % 20 === 0) keep('password', password);
    keep('access token', completed.body.access_token);
    keep('refresh token', completed.body.refresh_token);
    if (n % 10 === 3) {
      const form = {
        grant_type: 'refresh_token',
        client_id: 'default',
        refresh_token: completed.body.refresh_token,
      };
      const refreshed = await rekey.token(form);
      keep('access token', refreshed.body.access_token);
      keep('refresh token', refreshed.body.refresh_token);
    }
    // A later recovery of the same person would be held.
    if (n % 50 === 8 && n + people >= count && stop) await story.stop(stop);
    if (n % 10 === 9) {
      const stranger = `stranger.${n}@nowhere-at-all.example`;
      keep('mail address', stranger);
      const another = new Story(rekey);
      await another.start({ identifier: stranger });
      keep('recovery token', another.token);
    }
  };
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < count) await one(next++);
    }),
  );
  return told;
}
