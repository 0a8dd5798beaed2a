import { Agent, request } from 'node:http';

/** A response as sent: header names, with their case and order. */
export interface Seen {
  status: number;
  headers: string[];
  body: string;
}

export interface ToSend {
  json?: unknown;
  form?: Record<string, string>;
  bearer?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** A person who uses one identifier, with their own source and browser. */
export class Visitor {
  /** The token of the latest recovery of the API. */
  id = '01890000-0000-7000-8000-000000000000';
  token = 'none';
  /** The CSRF value of the latest form. */
  csrf = '';
  private readonly cookies = new Map<string, string>();

  constructor(
    readonly who: string,
    readonly account: string,
    private readonly source: string,
    private readonly urls: Record<string, string>,
  ) {}

  async send(app: string, method: string, path: string, { json, form, bearer }: ToSend = {}): Promise<Seen> {
    const body =
      json !== undefined ? JSON.stringify(json) : form ? new URLSearchParams(form).toString() : undefined;
    const headers: Record<string, string> = { 'x-forwarded-for': this.source };
    if (body !== undefined)
      headers['content-type'] = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json';
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (this.cookies.size > 0)
      headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const seen = await exchange(`${this.urls[app]}${path}`, method, headers, body);
    this.keep(seen);
    return seen;
  }

  private keep({ headers, body }: Seen): void {
    for (const line of headers) {
      const [, name, value, rest = ''] = /^set-cookie: ([^=]+)=([^;]*)(.*)$/i.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (/expires=Thu, 01 Jan 1970/i.test(rest)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const [, csrf] = /name="csrf" value="([\w.-]{43,})"/.exec(body) ?? [];
    if (csrf) this.csrf = csrf;
    const [, id, token] = /^\{"id":"([0-9a-f-]{36})".*"token":"([\w-]{43})"/.exec(body) ?? [];
    if (id && token) Object.assign(this, { id, token });
  }
}

function exchange(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const raw = answer.rawHeaders;
        const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []));
        resolve({ status: answer.statusCode ?? 0, headers: lines, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * A response without its ids: random values become their lengths, nothing else is ignored. Times stay: the compared requests
 * are made at the same moment of a stopped clock.
 */
export const plain = ({ status, headers, body }: Seen, who: string): string[] => [
  String(status),
  ...headers.map((line) =>
    line
      .replace(/^(date|x-request-id): .*$/i, '$1: …')
      .replace(/^(set-cookie: [^=]+=)([^;]*)/i, (_all, name, value) => `${name}<${value.length}>`),
  ),
  body
    .replaceAll(who, '<who>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/"match_number":"\d{3}"/, '"match_number":"<3>"')
    .replace(/class="number">\d{3}</, 'class="number"><3><')
    .replace(/"token":"[\w-]{43}"/, '"token":"<43>"')
    .replace(/name="csrf" value="[\w-]{43}\.[\w-]{43}\.[\w-]{43}"/g, 'name="csrf" value="<43.43.43>"'),
];
