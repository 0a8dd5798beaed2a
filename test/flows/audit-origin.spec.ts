import { formsOf } from '../search/secret-forms.js';
import { people } from './people.js';
import { type Answer, newHousehold, stopTokenIn, useRekey } from './rekey.js';
import { Story } from './story.js';

interface AuditRow {
  event: string;
  actor: string;
  account_id: string | null;
  recovery_id: string | null;
  at: Date;
  request_id: string | null;
  source: string | null;
}

/** A recovery, its tokens and the end of the account, read back from the audit. */
describe('the audit of one story', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const refresh = (token: string, from: string) =>
    rekey.token(
      { grant_type: 'refresh_token', refresh_token: token, client_id: 'default' },
      { 'x-forwarded-for': from },
    );

  test('each event says who did what, to whom, when, from where and by which request [AUD-01]', async () => {
    const [home, thief, office] = ['203.0.113.7', '198.51.100.66', '2001:db8:5:6::1'];
    const neighbour = '2001:db8:5:6:ffff::2';
    const password = 'a whole new battery of staples';
    const requests = new Map<string, string>();
    const named = <T extends Answer>(name: string, answer: T): T => {
      requests.set(answer.headers.get('x-request-id') ?? '', name);
      return answer;
    };
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    newHousehold();
    await who.put('uma');
    const story = new Story(rekey);
    named('start', await story.start({ identifier: 'uma@example.com' }, from(home)));
    const mail = await rekey.message('uma@example.com');
    const code = /^ {4}(\d{4} \d{4})$/m.exec(mail.text)?.[1] ?? '';
    named('wrong proof', await story.prove('00000000', 'code', from(home)));
    named('proof', await story.prove(code, 'code', from(home)));
    const completed = named('completion', await story.complete({ password }, from(home)));
    const { refresh_token: first, access_token: access } = completed.body;
    const next = named('refresh', await refresh(first, home)).body.refresh_token;
    rekey.clock.advance(60_000);
    named('reuse', await refresh(first, thief));
    const wrong = { identifier: 'uma@example.com', password: 'not this one' };
    named('sign-in', await who.issuer('POST', 'sessions', { json: wrong, headers: from(neighbour) }));
    const stopToken = stopTokenIn(await rekey.message('uma@example.com', 2));
    const stops = `${rekey.settings.urls.recovery}/v1/stops`;
    named('stop', await rekey.call('POST', stops, { json: { token: stopToken }, headers: from(office) }));
    await rekey.idle();
    const bearer = await who.management();
    const url = `${rekey.settings.urls.console}/v1/accounts/uma`;
    named('deletion', await rekey.call('DELETE', url, { bearer, headers: from(office) }));

    const rows = (await rekey.sql(
      `select * from audit_events where account_id = 'uma' and event <> 'user_created' or recovery_id = $1 order by id`,
      [story.id],
    )) as AuditRow[];
    const seen = rows.map(({ event, actor, request_id }) => [
      event,
      actor,
      requests.get(request_id ?? '') ?? request_id,
    ]);
    const { clientId } = rekey.settings.management;
    const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(seen)).toEqual(
      sorted([
        ['recovery_started', 'person', 'start'],
        ['recovery_message_sent', 'system', 'start'],
        ['recovery_proof_failed', 'person', 'wrong proof'],
        ['recovery_proven', 'person', 'proof'],
        ['authn_token_created', 'client:default', 'completion'],
        ['recovery_completed', 'person', 'completion'],
        ['recovery_message_sent', 'system', 'completion'],
        ['recovery_message_sent', 'system', 'completion'],
        ['authn_token_reuse', 'client:default', 'reuse'],
        ['authn_login_fail', 'client:default', 'sign-in'],
        ['recovery_stopped', 'person', 'stop'],
        ['user_deleted', `client:${clientId}`, 'deletion'],
      ]),
    );
    const sourcesOf = (...names: string[]) => {
      const found = rows.filter(({ actor, request_id }) => {
        return actor !== 'system' && names.includes(requests.get(request_id ?? '') ?? '');
      });
      return [...new Set(found.map(({ source }) => source))];
    };
    const [homes, thieves, offices] = [
      sourcesOf('start', 'wrong proof', 'proof', 'completion'),
      sourcesOf('reuse'),
      // One /64.
      sourcesOf('sign-in', 'stop', 'deletion'),
    ];
    const all = [homes, thieves, offices];
    expect(all.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(new Set(all.flat()).size).toBe(3);
    for (const source of all.flat()) expect(source).toMatch(/^development\.[\w-]{22}$/);
    expect(rows.filter(({ actor, source }) => actor === 'system' && source !== null)).toEqual([]);
    const incomplete = rows.filter((row) => !(row.at.getTime() > 0 && (row.account_id ?? row.recovery_id)));
    expect(incomplete).toEqual([]);
    expect(next).toEqual(expect.any(String));

    // A wrong proof and a start name no account: nobody has looked one up.
    const text = JSON.stringify(await rekey.sql('select * from audit_events'));
    const planted = [
      code,
      first,
      next,
      access,
      story.token,
      stopToken,
      password,
      'uma@example.com',
      home,
      office,
    ];
    expect(planted.every((each) => each.length >= 8)).toBe(true);
    const forms = planted.flatMap((value) => formsOf({ kind: 'planted', value }));
    const found = forms.filter(({ bytes }) => text.includes(bytes.toString('latin1')));
    expect(found).toEqual([]);
  });
});
