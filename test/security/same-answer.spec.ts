import { markMail } from '../flows/mark-address.js';
import { type Answer, newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** Whoever asks learns nothing of who has an account. */
describe('the same answer for everyone', () => {
  const rekey = useRekey();
  let bearer: string;
  beforeAll(async () => {
    const { clientId, clientSecret } = rekey.settings.management;
    const answer = await rekey.token({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    bearer = answer.body.access_token;
    await put('disabled', {
      status: 'disabled',
      addresses: [{ kind: 'email', value: 'disabled@example.com', verified: true }],
    });
    await put('unverified', {
      addresses: [{ kind: 'email', value: 'unverified@example.com', verified: false }],
    });
    await put('compromised', {
      addresses: [{ kind: 'email', value: 'compromised@example.com', verified: true }],
    });
    await markMail(rekey, 'compromised');
  });

  const put = async (id: string, json: object) => {
    const answer = await rekey.call('PUT', `${rekey.settings.urls.console}/v1/accounts/${id}`, {
      bearer,
      json,
    });
    expect(answer.status).toBe(201);
  };

  const plain = (answer: Answer) => ({
    status: answer.status,
    headers: [...answer.headers.entries()]
      .filter(([name]) => !['date', 'x-request-id'].includes(name))
      .map(([name, value]) => `${name}: ${value}`),
    body: answer.text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replace(/"match_number":"\d{3}"/, '"match_number":"NUMBER"')
      .replace(/"token":"[\w-]{43}"/, '"token":"TOKEN"')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
  });

  const people = [
    'ada@example.com',
    'nobody@example.com',
    'disabled@example.com',
    'unverified@example.com',
    'compromised@example.com',
    '+12025550199',
  ];

  test('at every step, at the second and the sixth try too, and past every limit of an address', async () => {
    const told: unknown[][] = [];
    for (const identifier of people) {
      newHousehold();
      const answers: Answer[] = [];
      for (let round = 0; round < 7; round++) {
        const story = new Story(rekey);
        answers.push(await story.start({ identifier }), await story.show(), await story.prove('00000000'));
        answers.push(await story.resend(), await story.complete());
      }
      told.push(answers.map(plain));
    }
    for (const answers of told) expect(answers).toEqual(told[0]);
  });

  test('only the one who is known hears of it, five times in ten minutes at most', async () => {
    await rekey.idle();
    expect(await rekey.messages('ada@example.com')).toHaveLength(5);
    for (const other of people.slice(1)) expect(await rekey.messages(other)).toEqual([]);
    const reasons = await rekey.sql(
      'select reason, count(*)::int as n from messages group by reason order by reason',
    );
    // Of seven starts each, all are looked at: none finds anybody but ada.
    expect(reasons).toEqual([
      { reason: 'limited', n: 2 },
      { reason: 'no_account', n: 35 },
      { reason: null, n: 5 },
    ]);
  });

  test('a source that begins too often is told, whoever it asks for', async () => {
    newHousehold();
    const statuses: number[] = [];
    for (let n = 0; n < 31; n++)
      statuses.push((await new Story(rekey).start({ identifier: `person${n}@example.com` })).status);
    expect(statuses.slice(0, 30).every((status) => status === 202)).toBe(true);
    expect(statuses[30]).toBe(429);
    const answer = await new Story(rekey).start({ identifier: 'ada@example.com' });
    expect(answer.body.code).toBe('rate_limited');
    expect(answer.headers.get('ratelimit-policy')).toBe('"starts";q=30;w=600');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // What is refused is counted all the same.
    expect(await rekey.sql('select 1 from limit_counters where spent = 32')).not.toEqual([]);
  });

  test('the same Idempotency-Key begins once, also at once twenty times; another request with it is refused', async () => {
    newHousehold();
    const headers = { 'idempotency-key': '5f0c7a52-7d1e-4a0e-9d7f-3c1b8f2ad6e4' };
    const stories = Array.from({ length: 20 }, () => new Story(rekey));
    const answers = await Promise.all(stories.map((story) => story.start({ identifier: 'mei' }, headers)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    const other = await new Story(rekey).start({ identifier: 'sam' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('a short Idempotency-Key begins once, and nobody who shares the address is given its token', async () => {
    newHousehold();
    const headers = { 'idempotency-key': 'f3a7' };
    const begin = () => new Story(rekey).start({ identifier: 'mei' }, headers);
    const answers = await Promise.all(Array.from({ length: 10 }, begin));
    const refused = answers.filter(({ status }) => status === 409);
    expect([answers.length - refused.length, refused.length]).toEqual([1, 9]);
    expect((await begin()).text).toBe(refused[0]?.text);
    expect(refused[0]?.body).toMatchObject({ code: 'conflict' });
    expect(refused[0]?.body).not.toHaveProperty('token');
    expect(answers.find(({ status }) => status === 202)?.body).toHaveProperty('token');
  });

  test.each([
    [{}, '/identifier'],
    [{ identifier: 'a@' }, '/identifier'],
    [{ identifier: 'ada', role: 'admin' }, '/'],
    [{ identifier: 'ada', country: 'Germany' }, '/country'],
    [{ identifier: 'ada', client_id: 'nobody' }, '/client_id'],
    [{ identifier: ['ada'] }, '/identifier'],
    [{ identifier: 'ada', channel: 'fax' }, '/channel'],
  ])('%j says where it is wrong', async (body, pointer) => {
    newHousehold();
    const answer = await new Story(rekey).start(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });
});
