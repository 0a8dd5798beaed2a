import { createHash } from 'node:crypto';
import { csrfIn, PageBrowser } from './page-browser.js';
import { password } from './people.js';
import { codeIn, newHousehold, stopTokenIn, until } from './rekey.js';
import { Story } from './story.js';
import { type MeasuredRekey, startMeasured } from './telemetry.js';

/** The price that Rekey assumes for a segment to the United States. */
const segment = 0.01;
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A story in steps; each step changes exactly these counters. */
describe('metrics of recoveries', () => {
  let watched: MeasuredRekey;
  let rekey: MeasuredRekey['rekey'];
  let who: MeasuredRekey['who'];
  let step: MeasuredRekey['step'];
  let signIn: MeasuredRekey['signIn'];
  let household = '';
  beforeAll(async () => {
    watched = await startMeasured();
    ({ rekey, who, step, signIn } = watched);
    for (const id of ['eva', 'kim', 'joe']) await who.put(id);
    await watched.putClient('app', {
      grants: [exchangeGrant, 'authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example/back'],
    });
  });
  afterAll(() => rekey.close());
  beforeEach(() => {
    household = newHousehold();
  });

  test('a recovery by mail that its owner stops', async () => {
    await signIn('eva');
    const story = new Story(rekey);
    const mail = 'messages_total{kind="recovery_code",channel="email",outcome="sent",reason="none"}';
    await step('the start', () => story.start({ identifier: 'eva@example.com' }), {
      'recoveries_started_total{client="default"}': 1,
      [mail]: 1,
      'message_delivery_seconds_count{kind="recovery_code",channel="email"}': 1,
    });
    await step('a wrong code', () => story.prove('00000000'), {
      'proof_attempts_total{kind="code"}': 1,
      'proofs_total{kind="code",outcome="failure"}': 1,
    });
    const [code] = await rekey.codes('eva@example.com');
    await step('the right one', () => story.prove(codeIn(code as never)), {
      'proof_attempts_total{kind="code"}': 1,
      'proofs_total{kind="code",outcome="proven"}': 1,
    });
    const complete = async () =>
      expect((await story.complete({ password: `${password} now` })).status).toBe(201);
    await step('new credentials', complete, {
      'message_delivery_seconds_count{kind="recovery_completed",channel="email"}': 1,
      'message_delivery_seconds_count{kind="recovery_completed",channel="sms"}': 1,
      'messages_total{kind="recovery_completed",channel="email",outcome="sent",reason="none"}': 1,
      'messages_total{kind="recovery_completed",channel="sms",outcome="sent",reason="none"}': 1,
      'recoveries_completed_total{client="default",password="changed"}': 1,
      recovery_duration_seconds_count: 1,
      'sessions_ended_total{reason="recovery"}': 1,
      'sms_cost_reserved_total{country="US",currency="EUR"}': 2 * segment,
      'tokens_issued_total{grant="recovery",role="ordinary",client="default"}': 1,
    });
    await step('not me', () => story.stop(stopTokenIn(code as never)), {
      'recoveries_stopped_total{by="stop_link",completed="yes"}': 1,
      'sessions_ended_total{reason="stopped"}': 1,
    });
  });

  test('a recovery by SMS that is cancelled', async () => {
    const story = new Story(rekey);
    const number = who.phoneOf('kim');
    await step('the start', () => story.start({ identifier: number }), {
      'recoveries_started_total{client="default"}': 1,
      'messages_total{kind="recovery_code",channel="sms",outcome="sent",reason="none"}': 1,
      'message_delivery_seconds_count{kind="recovery_code",channel="sms"}': 1,
      'sms_cost_reserved_total{country="US",currency="EUR"}': segment,
    });
    await step('enough of it', () => story.cancel(), {
      recoveries_cancelled_total: 1,
    });
  });

  test('a recovery for an app: a code, and the same code replayed', async () => {
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    const code_verifier = 'v'.repeat(43);
    const request = {
      response_type: 'code',
      client_id: 'app',
      redirect_uri: 'https://app.example/back',
      state: 's',
      code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const form = await browser.get(`/recover?${new URLSearchParams(request)}`);
    const asked = await browser.submit(form, '/recover', { ...request, identifier: 'joe@example.com' });
    const mail = await until('the code', async () => (await rekey.codes('joe@example.com'))[0]);
    let code = '';
    const redeem = () =>
      rekey.token({
        grant_type: 'authorization_code',
        code,
        client_id: 'app',
        redirect_uri: 'https://app.example/back',
        code_verifier,
      });
    const csrf = csrfIn(asked.html);
    const returnToApp = async () => {
      await browser.post('/recover/code', { csrf, code: codeIn(mail) });
      const password = 'a sentence that joe has chosen';
      const back = await browser.post('/recover/password', { csrf, password });
      code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    };
    await step('proven, and back to the app', returnToApp, {
      'proof_attempts_total{kind="code"}': 1,
      'message_delivery_seconds_count{kind="recovery_completed",channel="email"}': 1,
      'message_delivery_seconds_count{kind="recovery_completed",channel="sms"}': 1,
      'messages_total{kind="recovery_completed",channel="email",outcome="sent",reason="none"}': 1,
      'messages_total{kind="recovery_completed",channel="sms",outcome="sent",reason="none"}': 1,
      'proofs_total{kind="code",outcome="proven"}': 1,
      'recoveries_completed_total{client="app",password="changed"}': 1,
      recovery_duration_seconds_count: 1,
      'sms_cost_reserved_total{country="US",currency="EUR"}': 2 * segment,
    });
    await step('redeemed', redeem, { 'tokens_issued_total{grant="code",role="ordinary",client="app"}': 1 });
    await step('redeemed again', redeem, {
      'sessions_ended_total{reason="reuse"}': 1,
      'tokens_reused_total{token_type="authorization_code"}': 1,
    });
  });

  test('an unknown person, used-up attempts, exceeded limits and expiry', async () => {
    const story = new Story(rekey);
    const nothing =
      'messages_total{kind="recovery_code",channel="none",outcome="dropped",reason="no_account"}';
    await step('a start for nobody', () => story.start({ identifier: 'nobody@example.com' }), {
      'recoveries_started_total{client="default"}': 1,
      [nothing]: 1,
    });
    await step(
      'five guesses, and one that is not looked at',
      async () => {
        for (let n = 0; n < 6; n++) await story.prove('00000000');
      },
      {
        'proof_attempts_total{kind="code"}': 5,
        'proofs_total{kind="code",outcome="failure"}': 5,
        'proofs_total{kind="code",outcome="no_tries_left"}': 1,
      },
    );
    await step(
      'five more starts',
      async () => {
        for (let n = 0; n < 5; n++) await new Story(rekey).start({ identifier: 'nobody@example.com' });
      },
      {
        'recoveries_started_total{client="default"}': 5,
        [nothing]: 5,
      },
    );
    await step(
      'six starts for somebody',
      async () => {
        for (let n = 0; n < 6; n++) await new Story(rekey).start({ identifier: 'mei@example.com' });
      },
      {
        'recoveries_started_total{client="default"}': 6,
        'messages_total{kind="recovery_code",channel="email",outcome="sent",reason="none"}': 5,
        'message_delivery_seconds_count{kind="recovery_code",channel="email"}': 5,
        'messages_total{kind="recovery_code",channel="none",outcome="dropped",reason="limited"}': 1,
        'rate_limit_exceeded_total{policy="codes"}': 1,
      },
    );
    const later = async () => rekey.clock.advance(3_600_000);
    await step('an hour later', later, { recoveries_expired_total: 12 });
  });
});
