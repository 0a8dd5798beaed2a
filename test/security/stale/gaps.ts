import { SigningKeys, signRecoveryAssertion, tokenExchangeGrant } from '@rekey/tokens';
import { csrfIn, PageBrowser } from '../../flows/page-browser.js';
import { basisOf } from '../../flows/people.js';
import { type Answer, codeIn, newHousehold, stopTokenIn, until } from '../../flows/rekey.js';
import { Story } from '../../flows/story.js';
import { type Cell, challenge, deviceGrant, redirectUri, type Stage, verifier } from './stage.js';
import type { GapName, Outcome } from './table.js';

/** The time between a proof or a permission and its use. */
export interface Gap {
  /** What the account needs beforehand, at its own time. */
  equip?: 'app' | 'codes';
  /** @returns a function that uses it */
  begin(stage: Stage, cell: Cell): Promise<() => Promise<Outcome>>;
}

const storyOf = (stage: Stage): Story => {
  newHousehold();
  return new Story(stage.rekey);
};

async function codeTo(stage: Stage, cell: Cell, start: () => Promise<unknown>) {
  await start();
  return until(`a code to ${cell.mail}`, async () => (await stage.rekey.codes(cell.mail))[0]);
}

const proved = async (stage: Stage, cell: Cell): Promise<Story> => {
  const story = storyOf(stage);
  const mail = await codeTo(stage, cell, () =>
    story.start({ identifier: cell.mail, client_id: cell.client }),
  );
  expect((await story.prove(codeIn(mail))).status).toBe(200);
  return story;
};

/** The outcome of a response of the recovery API. */
function outcomeOf({ status, headers, body }: Answer, ...good: number[]): Outcome {
  if (status === 200 && body.state === 'held') return 'waits';
  if (status === 409 && body.code === 'not_proven' && headers.has('retry-after')) return 'waits';
  if (status === 409 && body.code === 'not_proven') {
    expect(body.methods.length).toBeGreaterThan(0);
    return 'more proof';
  }
  if (status === 200 && body.state === 'proving') return 'more proof';
  if (good.includes(status)) return 'goes on';
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  return 'refused';
}

const completed = async (story: Story): Promise<Outcome> => {
  const outcome = outcomeOf(await story.complete(), 201);
  // The requested proof can really be given.
  if (outcome === 'more proof') expect((await story.show()).body.state).toBe('proving');
  return outcome;
};

export const gaps: Record<GapName, Gap> = {
  'half proven, then proven': {
    equip: 'app',
    async begin(stage, cell) {
      const story = await proved(stage, cell);
      return async () => {
        const answer = await story.prove(stage.who.totp(cell.secret ?? ''), 'totp');
        return outcomeOf(answer, 200);
      };
    },
  },
  'proven by mail, then completed': {
    async begin(stage, cell) {
      const story = await proved(stage, cell);
      return () => completed(story);
    },
  },
  'proven by a saved code, then completed': {
    equip: 'codes',
    async begin(stage, cell) {
      const story = storyOf(stage);
      await story.start({ identifier: cell.mail, client_id: cell.client });
      expect((await story.prove(cell.codes?.[0] ?? '', 'backup_code')).body.state).toBe('proven');
      return () => completed(story);
    },
  },
  'code handed to an app, then redeemed': {
    async begin(stage, cell) {
      const browser = new PageBrowser(stage.rekey.settings.urls.recovery, newHousehold);
      const query = {
        client_id: cell.client,
        redirect_uri: redirectUri,
        state: 's',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      };
      const form = await browser.get(`/recover?${new URLSearchParams(query)}`);
      const mail = await codeTo(stage, cell, () =>
        browser.submit(form, '/recover', { ...query, identifier: cell.mail }),
      );
      const page = await browser.get('/recover/code');
      const answer = await browser.post('/recover/code', { csrf: csrfIn(page.html), code: codeIn(mail) });
      const location = new URL(answer.headers.get('location') ?? '', redirectUri);
      const code = location.searchParams.get('code') ?? '';
      expect(code).toMatch(/^[\w-]{43}$/);
      return async () => {
        const redeemed = await stage.rekey.token({
          grant_type: 'authorization_code',
          client_id: cell.client,
          redirect_uri: redirectUri,
          code,
          code_verifier: verifier,
        });
        return outcomeOf(redeemed, 200);
      };
    },
  },
  'assertion signed, then exchanged': {
    async begin(stage, cell) {
      const { settings, clock } = stage.rekey;
      const keys = new SigningKeys(
        await stage.rekey.openDatabase(),
        settings.keyring,
        clock,
        settings.keyPlan,
      );
      const assertion = await signRecoveryAssertion(
        { keys, clock, issuerUrl: settings.urls.issuer, recoveryUrl: settings.urls.recovery },
        {
          accountId: cell.id,
          recoveryId: crypto.randomUUID(),
          clientId: cell.client,
          acr: 'urn:rekey:recovery:aal1',
          amr: ['recovery-code-email'],
          provenAt: new Date(clock.now()),
          basis: await basisOf(stage.rekey, cell.id),
        },
      );
      return async () => {
        const exchanged = await stage.rekey.token({
          grant_type: tokenExchangeGrant,
          subject_token: assertion,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        });
        return outcomeOf(exchanged, 200);
      };
    },
  },
  'device let in, then given tokens': {
    async begin(stage, cell) {
      const response = await fetch(`${stage.rekey.settings.urls.issuer}/oauth2/device_authorization`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: cell.client }),
      });
      const { device_code: deviceCode, user_code } = await response.json();
      const bearer = await stage.session(cell);
      const json = { user_code, decision: 'allow' };
      expect((await stage.own('PUT', 'device_codes', { bearer, json })).status).toBe(204);
      return async () =>
        outcomeOf(
          await stage.rekey.token({
            grant_type: deviceGrant,
            device_code: deviceCode,
            client_id: cell.client,
          }),
          200,
        );
    },
  },
  'enrolment begun, then confirmed': {
    async begin(stage, cell) {
      const session = await stage.session(cell);
      const app = await stage.beginApp(session);
      return async () => outcomeOf(await stage.confirmApp(session, app), 204);
    },
  },
  'link opened, then tapped': {
    async begin(stage, cell) {
      const browser = new PageBrowser(stage.rekey.settings.urls.recovery, newHousehold);
      const form = await browser.get('/recover');
      const mail = await codeTo(stage, cell, () =>
        browser.submit(form, '/recover', { identifier: cell.mail }),
      );
      const token = /\/recover\/link\?token=([\w-]+)/.exec(mail.text)?.[1] ?? '';
      await browser.get(`/recover/link?token=${token}`);
      const page = await browser.get('/recover/link');
      return async () => {
        const tapped = await browser.post('/recover/link', { csrf: csrfIn(page.html) });
        const to = tapped.headers.get('location');
        if (to === '/recover/password') return 'goes on';
        if (to === '/recover/code' && (await browser.get(to)).html.includes('come back to this page'))
          return 'waits';
        if (to === '/recover/code' || to === '/recover/other') return 'more proof';
        expect(tapped.status).toBeGreaterThanOrEqual(400);
        return 'refused';
      };
    },
  },
  'told of a recovery, then undone': {
    async begin(stage, cell) {
      const story = await proved(stage, cell);
      const got = await story.complete();
      expect(got.status).toBe(201);
      const notice = await until('the notice', async () =>
        (await stage.rekey.messages(cell.mail)).find(({ text }) => /was recovered/.test(text)),
      );
      return async () => {
        const before = await sessionsOf(stage, cell);
        const { status } = await story.stop(stopTokenIn(notice));
        const refreshed = await stage.rekey.token({
          grant_type: 'refresh_token',
          client_id: cell.client,
          refresh_token: got.body.refresh_token,
        });
        expect(refreshed.status).toBeGreaterThanOrEqual(400);
        // No session of another person ends.
        const after = await sessionsOf(stage, cell);
        expect(before.filter(({ recovery_id: from }) => from !== story.id)).toEqual(after);
        expect([204, 404]).toContain(status);
        return status === 204 ? 'goes on' : 'refused';
      };
    },
  },
};

const sessionsOf = (stage: Stage, { id }: Cell) =>
  stage.rekey.sql(
    `select id, recovery_id from sessions where account_id = $1 and ended_at is null order by id`,
    [id],
  );
