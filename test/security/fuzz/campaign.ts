import { Pool } from 'undici';
import { Random } from './random.js';
import { Fuzzer, type FuzzRequest, type Known } from './requests.js';

export interface Finding {
  request: FuzzRequest;
  status: number;
  why: string;
}

export interface Campaign {
  requests: number;
  statuses: Record<string, number>;
  findings: Finding[];
  seconds: number;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

const everywhere = [
  'x-content-type-options',
  'content-security-policy',
  'strict-transport-security',
  'referrer-policy',
  'cache-control',
];
/** Internals in a response: stacks, SQL, paths, libraries. */
const inside =
  /\bat \S+ \(|node_modules|\/(work|home|usr|tmp)\/|\.(ts|js):\d+|syntax error at|violates|relation "|ECONNREFUSED|select \S+ from|TypeError|ZodError|Cannot read|undefined is not|\bpg\b|stack/i;

/** The fault of a response; undefined when there is none. */
export function faultOf({ status, headers, text }: Answer): string | undefined {
  // What a readiness probe says of a busy machine is no fault. That the service still works is asked at the end.
  if (status === 503 && text.startsWith('{"status":"unavailable","failing":[')) return undefined;
  if (status >= 500) return 'a fault of ours';
  const missing = everywhere.filter((name) => headers[name] === undefined);
  if (missing.length > 0) return `without ${missing.join(', ')}`;
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('text/html')) return undefined;
  if (status >= 400 && inside.test(text)) return `tells of the inside: ${inside.exec(text)?.[0]}`;
  if (status >= 400 && text !== '' && !/^application\/(problem\+)?json/.test(type))
    return `an error of type ${type}`;
  return undefined;
}

/** Sends mutated requests and checks every response. */
export async function campaign(options: {
  seed: number;
  requests: number;
  urls: Record<FuzzRequest['app'], string>;
  known: Known;
  concurrency?: number;
}): Promise<Campaign> {
  const fuzzer = new Fuzzer(new Random(options.seed), options.known);
  const pools = new Map(
    Object.entries(options.urls).map(([app, url]) => [
      app,
      new Pool(url, { connections: 16, bodyTimeout: 120_000, headersTimeout: 120_000 }),
    ]),
  );
  const statuses: Record<string, number> = {};
  const findings: Finding[] = [];
  let sent = 0;
  const began = performance.now();
  const worker = async () => {
    while (sent < options.requests) {
      sent += 1;
      const request = fuzzer.request();
      const { app, method, path, headers, body } = request;
      try {
        const pool = pools.get(app) as Pool;
        const answer = await pool.request({ method: method as 'GET', path, headers, body: body ?? null });
        const text = await answer.body.text();
        const { statusCode: status } = answer;
        statuses[status] = (statuses[status] ?? 0) + 1;
        const why = faultOf({ status, headers: answer.headers, text });
        if (why) findings.push({ request, status, why: `${why}: ${text.slice(0, 300)}` });
      } catch (fault) {
        const { code = '' } = fault as { code?: string };
        // A request that the sender itself cannot send is no finding.
        if (code === 'UND_ERR_INVALID_ARG') continue;
        findings.push({ request, status: 0, why: String(fault) });
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 24 }, worker));
  await Promise.all([...pools.values()].map((pool) => pool.close()));
  return { requests: sent, statuses, findings, seconds: (performance.now() - began) / 1000 };
}
