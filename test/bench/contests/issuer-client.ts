import { setImmediate as turn } from 'node:timers/promises';
import { Pool } from 'undici';
import type { IssuerSystem } from '../systems/system-under-load.js';
import type { Driver, Times } from './contest.js';

/** An OAuth client's side of the issuer: forms on kept connections, its secret by `Authorization: Basic`. */
export class IssuerClient {
  private readonly pool: Pool;
  private readonly headers: Record<string, string>;

  constructor({ url, client }: IssuerSystem, connections: number) {
    this.pool = new Pool(url, { connections, pipelining: 1 });
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
    this.headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`,
    };
  }

  /** @throws for any response but 200 */
  async post(path: string, form: string): Promise<Record<string, unknown>> {
    const { statusCode, body } = await this.pool.request({
      path,
      method: 'POST',
      headers: this.headers,
      body: form,
    });
    const answer = (await body.json()) as Record<string, unknown>;
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${String(answer.error ?? '')}`.trim());
    return answer;
  }

  async close(): Promise<void> {
    await turn();
    await this.pool.close();
  }
}

export const operationSteps = ['whole'] as const;

/** @param ask one operation, which throws when its response is wrong */
export function driverOf(client: IssuerClient, ask: () => Promise<void>): Driver {
  return {
    async once(): Promise<Times> {
      const begun = performance.now();
      await ask();
      return { whole: performance.now() - begun };
    },
    close: () => client.close(),
  };
}
