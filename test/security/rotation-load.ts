import { setTimeout as pause } from 'node:timers/promises';
import { findAccount, type Identifier, normaliseIdentifier, putAccount } from '@rekey/accounts';
import type { Database } from '@rekey/database';
import { isRefused, type Keyring } from '@rekey/kernel';
import { newHousehold, type Rekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

export const password = 'a bridge that carries two trains';
export const mailOf = (n: number) => `person-${n}@example.com`;
export const nameOf = (n: number) => `person-${n}`;

/** The load during a rotation of keys: each request again and again, and a count of wrong outcomes. */
export interface Load {
  done: Record<string, number>;
  failures: string[];
  end(): Promise<void>;
}

const identifier = (text: string) => normaliseIdentifier(text) as Identifier;

/**
 * @param about.accounts the number of people; those from `about.fresh` on have started no recovery yet
 * @param about.pauseMs of each loop after each round, in milliseconds
 * @param about.sessions refresh tokens, one for each loop that refreshes; replaced by their successors
 */
export function startLoad(
  rekey: Rekey,
  database: Database,
  keyring: Keyring,
  about: { accounts: number; fresh: number; sessions: string[]; pauseMs: number },
): Load {
  const done: Load['done'] = {};
  const failures: string[] = [];
  let ended = false;
  let next = about.fresh;
  const anyone = () => Math.floor(Math.random() * about.accounts);
  const loops: Promise<void>[] = [];
  const repeat = (what: string, work: () => Promise<unknown>) => {
    const loop = async () => {
      // When everything fails at once, an endless loop would keep the others from running.
      while (!ended && failures.length < 1_000) {
        const fault = await work().then(
          (outcome) => (outcome === true ? undefined : JSON.stringify(outcome)),
          (thrown: unknown) => String(thrown),
        );
        if (fault !== undefined) failures.push(`${what}: ${fault}`);
        done[what] = (done[what] ?? 0) + 1;
        await pause(about.pauseMs);
      }
    };
    loops.push(loop());
  };

  for (let n = 0; n < 3; n++) {
    repeat('recovery', async () => {
      newHousehold();
      const story = new Story(rekey);
      const proven = await story.proveBy(n === 0 ? nameOf(next) : mailOf(next), mailOf(next++));
      if (proven.status !== 200) return proven.body;
      const completed = await story.complete();
      return completed.status === 201 ? true : completed.body;
    });
  }
  repeat('sign-in', async () => {
    newHousehold();
    const n = Math.floor(Math.random() * 20);
    const answer = await rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, {
      json: { identifier: n % 2 ? mailOf(n) : nameOf(n), password },
    });
    // After some attempts a stranger is limited: that is their limit, not a fault.
    return answer.status === 201 || answer.status === 429 ? true : answer.body;
  });
  for (const [at] of about.sessions.entries()) {
    repeat('refresh', async () => {
      const form = {
        grant_type: 'refresh_token',
        client_id: 'default',
        refresh_token: about.sessions[at] ?? '',
      };
      const answer = await rekey.token(form);
      about.sessions[at] = answer.body.refresh_token;
      return answer.status === 200 ? true : answer.body;
    });
  }
  repeat('look-up', async () => {
    const n = anyone();
    const found = await findAccount(database, keyring, identifier(n % 2 ? mailOf(n) : nameOf(n)));
    return found?.id === nameOf(n) ? true : `${n} is not found`;
  });
  repeat('taken address', async () => {
    const n = anyone();
    const outcome = await putAccount({ database, keyring }, rekey.clock.now(), {
      id: 'thief',
      roles: [],
      status: 'active',
      username: n % 2 ? nameOf(n) : undefined,
      addresses: n % 2 ? [] : [{ kind: 'email', value: mailOf(n), verified: true }],
    });
    return isRefused(outcome) && outcome.code === 'conflict' ? true : `${n} was given away`;
  });
  return {
    done,
    failures,
    async end() {
      ended = true;
      await Promise.all(loops);
    },
  };
}
