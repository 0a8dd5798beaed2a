import { until } from '../flows/rekey.js';
import { metricsOf } from '../flows/scrape.js';
import {
  ada,
  type Collector,
  type Deployment,
  type Span,
  startCollector,
  startDeployment,
} from './deployment.js';

/** Follows one request through every process that works for it: by its id in the logs, and by its trace. */
describe('the trace of one request', () => {
  let collector: Collector;
  let deployment: Deployment;
  let password = '';
  const secrets: string[] = [];
  beforeAll(async () => {
    collector = await startCollector();
    deployment = await startDeployment({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=rekey%20test',
    });
    password = 'one that nobody else has, 1';
    await deployment.put({ ...ada, password });
  });
  afterAll(async () => {
    await deployment.close();
    await collector.close();
  });

  const send = async (
    method: string,
    url: string,
    { bearer, json, headers = {} }: { bearer?: string; json?: object; headers?: Record<string, string> } = {},
  ) => {
    const answer = await fetch(url, {
      method,
      headers: {
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...headers,
      },
      ...(json ? { body: JSON.stringify(json) } : {}),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      id: answer.headers.get('x-request-id') ?? '',
      body: text ? JSON.parse(text) : {},
    };
  };
  const linesOf = (name: 'recovery' | 'courier' | 'issuer', id: string) =>
    deployment.log(name, (line) => line.request_id === id);
  const spansOf = (traceId: string): Span[] => collector.spans().filter((span) => span.traceId === traceId);
  const traceOf = (id: string) =>
    until(`the trace of ${id}`, async () => {
      const first = collector
        .spans()
        .find(({ attributes }) =>
          attributes.some(
            ({ key, value }) => key === 'rekey.request_id' && JSON.stringify(value).includes(id),
          ),
        );
      return first?.traceId;
    });
  /** Span names with those of their parents, starting at the root. */
  const tree = (spans: Span[]): string[] =>
    spans
      .map((span) => {
        const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
        return `${span.service} ${span.name} < ${parent ? `${parent.service} ${parent.name}` : '-'}`;
      })
      .sort();

  test('spans the start, queue, courier and mail server, and then completion, issuer and notifications', async () => {
    const { recovery } = deployment.urls;
    const started = await send('POST', `${recovery}/v1/recoveries`, {
      json: { identifier: 'ada@example.com' },
    });
    expect(started.status).toBe(202);
    const { id, token: bearer } = started.body;
    const mail = await until('the mail', async () => deployment.mails()[0]);
    const code = /\b\d{4} \d{4}\b/.exec(mail)?.[0] ?? '';
    secrets.push(bearer, code, code.replace(' ', ''), /stop\?token=([\w-]+)/.exec(mail)?.[1] ?? '');

    const [sent] = await linesOf('courier', started.id);
    expect(sent).toMatchObject({
      name: 'courier',
      kind: 'recovery_code',
      channel: 'email',
      outcome: 'sent',
      client: 'default',
      seconds: expect.any(Number),
    });
    expect(await linesOf('recovery', started.id)).toEqual([
      expect.objectContaining({
        msg: 'answered',
        route: '/v1/recoveries',
        status: 202,
        ms: expect.any(Number),
        events: [{ event: 'recoveries_started', client: 'default' }],
      }),
    ]);
    const trace = await traceOf(started.id);
    const spans = await until('the whole trace', async () => {
      const all = spansOf(trace);
      return all.length >= 4 ? all : undefined;
    });
    expect(tree(spans)).toEqual([
      'rekey-courier send a code < rekey-recovery database transaction',
      'rekey-courier send by smtp < rekey-courier send a code',
      'rekey-recovery POST /v1/recoveries < -',
      'rekey-recovery database transaction < rekey-recovery POST /v1/recoveries',
    ]);

    const proven = await send('POST', `${recovery}/v1/recoveries/${id}/proofs`, {
      bearer,
      json: { kind: 'code', value: code },
    });
    expect(proven.status).toBe(200);
    const completed = await send('POST', `${recovery}/v1/recoveries/${id}/credentials`, {
      bearer,
      json: { password: 'another that nobody has, 2' },
    });
    expect(completed.status).toBe(201);
    secrets.push(completed.body.access_token, completed.body.refresh_token, 'another that nobody has, 2');
    await until('the notice', async () => deployment.mails()[1]);
    const [notice] = await linesOf('courier', completed.id);
    expect(notice).toMatchObject({ kind: 'recovery_completed', outcome: 'sent' });
    expect(await linesOf('issuer', completed.id)).toEqual([
      expect.objectContaining({
        msg: 'answered',
        route: '/oauth2/token',
        status: 200,
        events: [{ event: 'tokens_issued', grant: 'recovery', role: 'ordinary', client: 'default' }],
      }),
    ]);
    expect(await linesOf('recovery', completed.id)).toEqual([
      expect.objectContaining({ msg: 'answered', status: 201 }),
    ]);
    const second = await traceOf(completed.id);
    const more = await until('the whole trace', async () => {
      const all = spansOf(second);
      return all.length >= 6 ? all : undefined;
    });
    const settling = 'rekey-recovery POST /v1/recoveries/:id/credentials';
    expect(tree(more)).toEqual([
      `rekey-courier send a notice < ${settling}`,
      'rekey-courier send by smtp < rekey-courier send a notice',
      'rekey-issuer POST /oauth2/token < rekey-recovery exchange for tokens',
      `${settling} < -`,
      `rekey-recovery database transaction < ${settling}`,
      `rekey-recovery exchange for tokens < ${settling}`,
    ]);
    expect(second).not.toBe(trace);
  });

  test('accepts the request id and trace of a proxy when they are well-formed', async () => {
    const { recovery } = deployment.urls;
    const ask = (headers: Record<string, string>) =>
      send('GET', `${recovery}/v1/recoveries/none`, { headers }).then(({ id }) => id);
    const theirs = 'C0FFEE00-1111-4222-8333-444455556666';
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    expect(await ask({ 'x-request-id': theirs })).toBe(theirs.toLowerCase());
    expect(await ask({ 'x-request-id': theirs.replaceAll('-', '') })).toBe(theirs.toLowerCase());
    expect(await ask({ traceparent })).toBe('0af76519-16cd-43dd-8448-eb211c80319c');
    const made = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const bad of [`${theirs}\t{"level":60}`, 'a'.repeat(500), `${theirs},${theirs}`, '"', '%0d%0ax: y'])
      expect(await ask({ 'x-request-id': bad })).toMatch(made);
    const below = await until('the span below theirs', async () => spansOf(trace)[0]);
    expect(below).toMatchObject({ service: 'rekey-recovery', parentSpanId: 'b7ad6b7169203331' });
  });

  test('holds no code, token, password or address, and neither do the logs', async () => {
    const places = `${deployment.output()}\n${collector.text()}`;
    expect(secrets.every((secret) => secret.length >= 8)).toBe(true);
    for (const secret of [...secrets, password, 'ada@example.com', 'ada@', 'assertion'])
      expect([secret, places.includes(secret)]).toEqual([secret, false]);
    expect(collector.header('x-tenant')).toEqual(new Set(['rekey test']));
    expect(collector.header(':path')).toEqual(new Set(['/v1/traces']));
  });

  test("is counted by the courier's metrics on its own port, with nothing left waiting", async () => {
    const text = await metricsOf(deployment.urls.courier);
    expect(text).toContain(
      'rekey_messages_total{kind="recovery_code",channel="email",outcome="sent",reason="none"} 1',
    );
    expect(text).toMatch(/^rekey_outbox_messages 0$/m);
    expect(text).toMatch(/^rekey_oldest_message_age_seconds 0$/m);
    expect(text).toMatch(/^rekey_sweeps_total\{sweep="messages",outcome="done"\} \d+$/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });
});
