import { setImmediate as turn } from 'node:timers/promises';
import { Pool } from 'undici';
import type { MailArrivals } from '../mail-arrivals.js';

/** What is timed of one recovery, in milliseconds. */
export const steps = ['start', 'arrival', 'start to arrival', 'proof', 'credentials', 'whole'] as const;
export type Step = (typeof steps)[number];
export type FlowTimes = Record<Step, number>;

/** A recovery that did not end with tokens; names the step and the cause. */
export class FlowFault extends Error {}

interface Answer {
  status: number;
  body: Record<string, unknown>;
  bytes: number;
}

/** A person's side of the recovery API, on kept connections. */
export class RecoveryClient {
  private readonly pool: Pool;

  constructor(
    url: string,
    connections: number,
    private readonly arrivals: MailArrivals,
  ) {
    this.pool = new Pool(url, { connections, pipelining: 1 });
  }

  /** Starts, waits for the mail, proves with its code, takes the tokens. @throws {FlowFault} */
  async recover(address: string): Promise<FlowTimes> {
    const mail = this.arrivals.codeFor(address).then((code) => ({ code, at: performance.now() }));
    mail.catch(() => undefined);
    const begun = performance.now();
    try {
      const { id, token } = await this.start(address);
      const started = performance.now();
      const { code, at: arrived } = await mail.catch((fault: Error) => {
        throw new FlowFault(`arrival: ${fault.message}`);
      });
      const shown = performance.now();
      const proof = await this.post(`/v1/recoveries/${id}/proofs`, { kind: 'code', value: code }, { token });
      expectAnswer('proof', proof, 200, proof.body.state === 'proven');
      const proven = performance.now();
      const credentials = await this.post(`/v1/recoveries/${id}/credentials`, {}, { token });
      const { access_token: access, refresh_token: refresh, recovery_id: of } = credentials.body;
      expectAnswer('credentials', credentials, 201, isText(access) && isText(refresh) && of === id);
      const completed = performance.now();
      return {
        start: started - begun,
        // A mail that arrived before the response did not keep anybody waiting.
        arrival: Math.max(0, arrived - started),
        'start to arrival': arrived - begun,
        proof: proven - shown,
        credentials: completed - proven,
        whole: completed - begun,
      };
    } finally {
      this.arrivals.forget(address);
    }
  }

  /** Starts, and waits for the mail. @returns milliseconds from the response to the mail @throws {FlowFault} */
  async arrival(address: string): Promise<number> {
    const mail = this.arrivals.codeFor(address).then(() => performance.now());
    mail.catch(() => undefined);
    try {
      await this.start(address);
      const started = performance.now();
      return Math.max(0, (await mail) - started);
    } finally {
      this.arrivals.forget(address);
    }
  }

  /** A start from one IP. @returns the status of the response */
  async startFrom(source: string, identifier: string): Promise<number> {
    return (await this.post('/v1/recoveries', { identifier }, { source })).status;
  }

  /** @throws {FlowFault} */
  async start(identifier: string): Promise<{ id: string; token: string; bytes: number }> {
    const answer = await this.post('/v1/recoveries', { identifier });
    const { id, token } = answer.body;
    expectAnswer('start', answer, 202, isText(id) && isText(token));
    return { id: String(id), token: String(token), bytes: answer.bytes };
  }

  async close(): Promise<void> {
    await turn();
    await this.pool.close();
  }

  private async post(
    path: string,
    body: object,
    { token, source = randomSource() }: { token?: string; source?: string } = {},
  ): Promise<Answer> {
    const { statusCode, body: answer } = await this.pool.request({
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': source,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: statusCode, body: text ? JSON.parse(text) : {}, bytes: text.length };
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** One of the 16 million IPs of 10.0.0.0/8: no IP starts thirty times within a run. */
export function randomSource(): string {
  const octet = () => Math.floor(Math.random() * 256);
  return `10.${octet()}.${octet()}.${octet()}`;
}

function expectAnswer(step: string, { status, body }: Answer, expected: number, isComplete: boolean): void {
  if (status === expected && isComplete) return;
  throw new FlowFault(`${step}: ${status} ${String(body.code ?? body.title ?? '')}`.trim());
}
