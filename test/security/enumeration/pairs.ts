import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Pair } from './classify.js';

export type Side = keyof Pair;
const sides: readonly Side[] = ['known', 'unknown'];

export interface Answer {
  status: number;
  text: string;
  cookies: string[];
  ms: number;
}

/** Kept connections, and a stopwatch. */
export class TimedVisitor {
  private readonly pool: Pool;

  constructor(url: string, connections = 1) {
    this.pool = new Pool(url, { connections, pipelining: 1 });
  }

  async send(
    method: 'GET' | 'POST',
    path: string,
    more: {
      json?: object | undefined;
      form?: Record<string, string>;
      bearer?: string;
      cookie?: string | undefined;
    } = {},
  ): Promise<Answer> {
    const { json, form, bearer, cookie } = more;
    const body = json ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : undefined;
    const headers: Record<string, string> = { 'x-forwarded-for': randomSource() };
    if (body !== undefined)
      headers['content-type'] = json ? 'application/json' : 'application/x-www-form-urlencoded';
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (cookie) headers.cookie = cookie;
    const begun = performance.now();
    const {
      statusCode,
      headers: got,
      body: stream,
    } = await this.pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
    const text = await stream.text();
    const ms = performance.now() - begun;
    return { status: statusCode, text, cookies: [got['set-cookie'] ?? []].flat(), ms };
  }

  async close(): Promise<void> {
    await this.pool.close();
  }
}

/** One of the 16 million IPs of 10.0.0.0/8: no IP comes thirty times within a run. */
function randomSource(): string {
  const octet = () => Math.floor(Math.random() * 256);
  return `10.${octet()}.${octet()}.${octet()}`;
}

/** Fisher and Yates. */
function shuffled<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const at = Math.floor(Math.random() * (last + 1));
    [items[last], items[at]] = [items[at] as Item, items[last] as Item];
  }
  return items;
}

export interface Plan {
  pairs: number;
  /** Concurrent requests; more than one only when the work itself is long. */
  lanes?: number;
  /** Milliseconds between requests. */
  gapMs?: number;
}

const warmUp = 60;

/**
 * Pairs of a request for a known and one for an unknown identifier, in sequence; in exactly half of them, at random, the known
 * one comes first. The first pairs warm up and are left out.
 *
 * @param time makes the n-th request for a side; milliseconds
 */
export async function measurePairs(
  { pairs, lanes = 1, gapMs = 0 }: Plan,
  time: (side: Side, n: number) => Promise<number>,
): Promise<Pair[]> {
  const total = pairs + warmUp;
  const order = shuffled(Array.from({ length: total }, (_, n) => n % 2 === 0));
  const measured: Pair[] = [];
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const n = next++;
      const pair: Pair = { known: 0, unknown: 0 };
      for (const side of order[n] ? sides : sides.toReversed()) {
        pair[side] = await time(side, n);
        if (gapMs > 0) await pause(gapMs);
      }
      if (n >= warmUp) measured.push(pair);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return measured;
}

/** The number of numbers that {@link measurePairs} hands out. */
export const numbersOf = (pairs: number): number => pairs + warmUp;
