import { trace } from '@opentelemetry/api';
import { freePort } from '../../../test/runner/free-port.js';
import {
  correlationHeaders,
  correlationOf,
  readRequestId,
  readTraceparent,
  type TraceContext,
} from './correlation.js';
import { inSpan } from './span.js';
import { openTelemetry, type Telemetry } from './telemetry.js';

describe('telemetry', () => {
  let telemetry: Telemetry;
  beforeEach(async () => {
    telemetry = await openTelemetry({ app: 'spec' });
  });

  test('counts, observes, and reads gauges when they are scraped', async () => {
    telemetry.record('recoveries_expired', {}, 3);
    telemetry.record('recovery_duration_seconds', {}, 42);
    let asked = 0;
    telemetry.gauge('outbox_messages', async () => [{ labels: {}, value: ++asked }]);
    expect(asked).toBe(0);
    telemetry.gauge('oldest_message_age_seconds', () => Promise.reject(new Error('the database is away')));
    const text = await telemetry.text(true);
    expect(text).toContain('\nrekey_recoveries_expired_total 3\n');
    expect(text).toContain('rekey_recovery_duration_seconds_bucket{le="60"} 1');
    expect(text).toContain('\nrekey_outbox_messages 1\n');
    expect(text).toMatch(/^rekey_oldest_message_age_seconds nan$/im);
  });

  test('counters whose labels are all listed are 0 before anything happens, so that an alert sees the first event', async () => {
    const text = await telemetry.text(true);
    for (const sample of [
      'rekey_spray_attacks_total 0',
      'rekey_recovery_duration_seconds_count 0',
      'rekey_tokens_reused_total{token_type="refresh_token"} 0',
      'rekey_provider_circuit_breaker_transitions_total{channel="email",to="open"} 0',
    ])
      expect(text).toContain(`\n${sample}\n`);
    const others = /^rekey_(messages|recoveries_started|message_delivery|outbox|sms_cost)\w* ?[\d{]/m;
    expect(text).not.toMatch(others);
    telemetry.record('spray_attacks', {});
    expect(await telemetry.text(true)).toContain('\nrekey_spray_attacks_total 1\n');
  });

  test('labels two hundred clients by name and the rest as other; our own words are all labels', async () => {
    for (let n = 0; n < 300; n++) telemetry.record('recoveries_started', { client: `app-${n}` });
    const lines = (await telemetry.text(true))
      .split('\n')
      .filter((line) => line.startsWith('rekey_recoveries_started'));
    expect(lines).toHaveLength(201);
    expect(lines).toContain('rekey_recoveries_started_total{client="other"} 100');
  });

  test('shows public metrics to everyone; process metrics only where the process sends no messages', async () => {
    telemetry.record('recoveries_started', { client: 'default' });
    telemetry.record('recoveries_started', { client: 'backoffice' });
    telemetry.record('tokens_reused', { token_type: 'refresh_token' });
    const open = await telemetry.text(false);
    expect(open).toContain('rekey_recoveries_started_total 2');
    expect(open).not.toMatch(/client|backoffice/);
    expect(await telemetry.text(true)).toContain('rekey_recoveries_started_total{client="backoffice"} 1');
    expect(open).toContain('process_cpu_seconds_total');
    expect(open).not.toContain('reused');
    const beside = await openTelemetry({ app: 'spec', besideCourier: true });
    const courier = await openTelemetry({ app: 'courier', with: beside });
    courier.record('tokens_reused', { token_type: 'refresh_token' });
    beside.record('tokens_reused', { token_type: 'refresh_token' });
    expect(await beside.text(false)).toBe('\n');
    expect(await beside.text(true)).toContain('rekey_tokens_reused_total{token_type="refresh_token"} 2');
    beside.gauge('outbox_messages', async () => [{ labels: {}, value: 1 }]);
    courier.gauge('outbox_messages', async () => [{ labels: {}, value: 2 }]);
    expect(await courier.text(true)).toContain('\nrekey_outbox_messages 1\n');
  });

  test('events recorded for a request are in its log line, at most twenty', () => {
    const trace = telemetry.traceOf('01890000-0000-7000-8000-000000000000');
    const note = telemetry.recordWithin(trace);
    note('recoveries_expired', {}, 0);
    for (let n = 0; n < 30; n++) note('proof_attempts', { kind: 'code' });
    expect(trace.events).toHaveLength(20);
    expect(trace.events[0]).toEqual({ event: 'proof_attempts', kind: 'code' });
  });
});

test('a collector that is down neither breaks the work nor keeps the process running', async () => {
  const tracing = { endpoint: `http://127.0.0.1:${await freePort()}`, headers: {}, share: 1 };
  const telemetry = await openTelemetry({ app: 'spec', tracing });
  const work = (trace?: TraceContext) =>
    inSpan(trace, 'more', 'client', {}, async (inner) => correlationOf(inner).traceparent);
  const traceparent = await telemetry.continueTrace({ requestId: null, traceparent: null }, 'work', work);
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  await telemetry.close();
});

describe('trace context', () => {
  const id = '01890000-0000-7000-8000-000000000000';

  test('is empty outside of a request, and has the request id inside; without traces there is no span', async () => {
    expect(correlationOf(undefined)).toEqual({ requestId: null, traceparent: null });
    expect(correlationHeaders(undefined)).toEqual({});
    const telemetry = await openTelemetry({ app: 'spec' });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await telemetry.continueTrace({ requestId: id, traceparent }, 'work', async (trace) => {
      expect(await inSpan(trace, 'more', 'internal', {}, async (inner) => inner)).toBe(trace);
      expect(trace?.tracer).toBeUndefined();
      expect(correlationOf(trace)).toEqual({ requestId: id, traceparent: null });
      expect(correlationHeaders(trace)).toEqual({ 'x-request-id': id });
    });
  });

  test.each([
    ['C0FFEE00-1111-4222-8333-444455556666', 'c0ffee00-1111-4222-8333-444455556666'],
    ['c0ffee00111142228333444455556666', 'c0ffee00-1111-4222-8333-444455556666'],
    ['c0ffee00-1111-4222-8333-44445555666', undefined],
    ['c0ffee00-1111-4222-8333-444455556666\r\nx: y', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('a request id from a client: %j', (text, read) => {
    expect(readRequestId(text)).toBe(read);
  });

  test.each([
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 1],
    ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', 0],
    ['00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined],
    ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', undefined],
    ['ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', undefined],
    ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', undefined],
    ['nonsense', undefined],
  ])('a traceparent (W3C Trace Context §3.2): %s', (text, flags) => {
    expect(trace.getSpanContext(readTraceparent(text))?.traceFlags).toBe(flags);
  });
});
