import { readFileSync } from 'node:fs';
import { edges, plain, twist } from './edges.js';
import type { Random } from './random.js';

type Schema = Record<string, unknown> & {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  format?: string;
};

/** The used parts of an OpenAPI operation. */
interface Described {
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  security?: unknown[];
}

interface Operation {
  app: 'recovery' | 'issuer' | 'console';
  method: string;
  path: string;
  bodyType?: string | undefined;
  schema?: Schema | undefined;
  bearer: boolean;
}

/** Valid tokens for each app, and ids that exist. */
export interface Known {
  bearers: Record<Operation['app'], string[]>;
  ids: string[];
}

export interface FuzzRequest {
  app: Operation['app'];
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const pages = [
  '/recover',
  '/recover/code',
  '/recover/resend',
  '/recover/other',
  '/recover/link',
  '/recover/password',
  '/stop',
  '/account',
  '/account/sign-in',
  '/account/totp/confirm',
];

/** Every operation of the three committed OpenAPI files, and the forms of the pages. */
export function operations(): Operation[] {
  const described = (['recovery', 'issuer', 'console'] as const).flatMap((app) => {
    const { paths } = JSON.parse(readFileSync(`apps/${app}/openapi.generated.json`, 'utf8'));
    return Object.entries<Record<string, Described>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, about]): Operation => {
        const [bodyType, content] = Object.entries(about.requestBody?.content ?? {})[0] ?? [];
        return {
          app,
          method: method.toUpperCase(),
          path,
          bodyType,
          schema: content?.schema,
          bearer: Boolean(about.security),
        };
      }),
    );
  });
  const forms = pages.flatMap((path) =>
    ['GET', 'POST'].map(
      (method): Operation => ({
        app: 'recovery',
        method,
        path,
        bodyType: 'application/x-www-form-urlencoded',
        schema: {
          type: 'object',
          properties: Object.fromEntries(
            [
              'csrf',
              'identifier',
              'country',
              'code',
              'kind',
              'value',
              'number',
              'password',
              'setup',
              'id',
              'channel',
              'address_id',
            ].map((name) => [name, { type: 'string' }]),
          ),
        },
        bearer: false,
      }),
    ),
  );
  return [...described, ...forms];
}

export class Fuzzer {
  constructor(
    private readonly random: Random,
    private readonly known: Known,
    private readonly all = operations(),
  ) {}

  request(): FuzzRequest {
    const { random } = this;
    const operation = random.pick(this.all);
    const method = random.maybe(0.05)
      ? random.pick(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'POST'])
      : operation.method;
    const headers: Record<string, string> = {
      'x-forwarded-for': `10.${random.below(250)}.${random.below(250)}.${random.below(250)}`,
    };
    if (operation.bearer ? random.maybe(0.9) : random.maybe(0.05))
      headers.authorization = random.maybe(0.8)
        ? `Bearer ${this.bearer(operation)}`
        : random.pick(['Bearer', 'Basic !!', 'Bearer a.b.c', 'Basic YTpi', 'bearer \t']);
    if (random.maybe(0.1))
      headers['idempotency-key'] = random
        .pick(['k', 'x'.repeat(300), '"q"', 'é', ' '])
        .replace(/[^\x20-\x7e]/g, '?');
    if (random.maybe(0.05))
      headers.accept = random.pick(['*/*', 'text/html', 'image/*', ';;;q=', 'application/json;q=0']);
    if (random.maybe(0.05))
      headers['accept-language'] = random.pick(['zh', 'x'.repeat(200), 'en;q=abc', '*']);
    const path = this.path(operation.path);
    if (method === 'GET' || method === 'HEAD') return { app: operation.app, method, path, headers };
    const type = operation.bodyType ?? 'application/json';
    headers['content-type'] = random.maybe(0.04)
      ? random.pick([
          'text/plain',
          'application/xml',
          'application/json; charset=utf-16',
          'x',
          'application/x-www-form-urlencoded',
        ])
      : type;
    return { app: operation.app, method, path, headers, body: this.body(type, operation.schema) };
  }

  /** Mostly the right token; sometimes that of another app. */
  private bearer({ app, path }: Operation): string {
    const { bearers } = this.known;
    if (this.random.maybe(0.15)) return this.random.pick(Object.values(bearers).flat());
    return this.random.pick(bearers[path.includes('diagnose') ? 'console' : app]);
  }

  private path(template: string): string {
    const { random } = this;
    const filled = template.replace(/\{\w+\}/g, () =>
      encodeURIComponent(
        random.maybe(0.7)
          ? random.pick(this.known.ids)
          : plain(random.pick(edges))
              .slice(0, 150)
              .replace(/[\ud800-\udfff]/g, '?'),
      ),
    );
    if (random.maybe(0.03))
      return `${filled}${random.pick(['/', '//', '?', '/%', '/..', '?a=1&a=2', '?token=%00', `?${'x'.repeat(3_000)}`, '%ff', ';x'])}`;
    return filled;
  }

  private body(type: string, schema: Schema | undefined): string | Buffer {
    const { random } = this;
    const value = schema ? this.value(schema) : random.pick(edges);
    if (type === 'application/x-www-form-urlencoded') {
      const pairs = Object.entries(Object(value)).map(([name, one]) => [name, plain(one)]);
      const form = new URLSearchParams(pairs as [string, string][]).toString();
      return random.maybe(0.05) ? `${form}&${form}` : random.maybe(0.03) ? `${form}&%=%zz` : form;
    }
    const text = JSON.stringify(value) ?? '';
    const broken = [
      () => text.slice(0, random.below(text.length + 1)),
      () => `${text}${text}`,
      () => text.replace('{', '{"__proto__":{"x":1},'),
      () => text.replace('{', '{"identifier":"a","identifier":"b",'),
      () => Buffer.from([0xff, 0xfe, ...Buffer.from(text)]),
      () => '['.repeat(2_000),
      () => '',
    ];
    return random.maybe(0.08) ? random.pick(broken)() : text;
  }

  private value(schema: Schema): unknown {
    const { random } = this;
    if (random.maybe(0.12)) return random.pick(edges);
    if (schema.enum) return random.pick(schema.enum);
    if (schema.anyOf) return this.value(random.pick(schema.anyOf));
    if (schema.type === 'object') {
      const entries = Object.entries(schema.properties ?? {})
        .filter(([name]) => (schema.required?.includes(name) ? !random.maybe(0.05) : random.maybe(0.5)))
        .map(([name, of]) => [name, this.value(of)]);
      if (random.maybe(0.08))
        entries.push([random.pick(['role', '__proto__', 'constructor', 'x', '']), random.pick(edges)]);
      return Object.fromEntries(entries);
    }
    if (schema.type === 'array')
      return Array.from({ length: random.below(4) }, () => this.value(schema.items ?? {}));
    if (schema.type === 'integer' || schema.type === 'number') return random.below(100_000);
    if (schema.type === 'boolean') return random.maybe(0.5);
    const text = random.pick([
      'ada',
      'ada@example.com',
      '12345678',
      'en',
      'default',
      'a sentence of many words',
      random.pick(this.known.ids),
      this.bearer({ app: 'issuer', path: '', method: '', bearer: false }),
    ]);
    return random.maybe(0.1) ? twist(random, text) : text;
  }
}
