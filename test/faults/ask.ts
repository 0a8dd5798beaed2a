import type { Headers } from 'undici';

export type App = 'recovery' | 'issuer' | 'console' | 'courier';

/** One request, its status in the normal case, and the media type of its refusals. */
export interface Ask {
  app: App;
  method: string;
  path: string;
  bearer?: string;
  json?: object;
  form?: Record<string, string>;
  normal: number;
  refusedAs?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

const problem = 'application/problem+json';

export const startOf = (name: string): Ask => {
  const json = { identifier: `${name}@example.com` };
  return { app: 'recovery', method: 'POST', path: '/v1/recoveries', json, normal: 202 };
};

export const readyOf = (app: App): Ask => ({
  app,
  method: 'GET',
  path: '/health/ready',
  normal: 200,
  refusedAs: 'application/json; charset=utf-8',
});

/** @returns the fault of a response; none when it is the normal one, or a 503 with Retry-After in the right form */
export function faultsOf({ method, path, normal, refusedAs = problem }: Ask, answer: Answer): string[] {
  const { status, headers, text } = answer;
  const after = headers.get('retry-after');
  const type = headers.get('content-type');
  if (status === normal) return [];
  const isBody = type !== problem || JSON.parse(text).code === 'unavailable';
  if (status === 503 && after === '5' && type === refusedAs && isBody) return [];
  return [`${method} ${path}: ${status} ${type} ${after} ${text.slice(0, 200)}`];
}
