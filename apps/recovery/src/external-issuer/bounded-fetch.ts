import type { CustomFetchOptions } from 'oauth4webapi';
import { Agent } from 'undici';

/** Bytes. More than any metadata or token response: a server that sends more is not an authorization server. */
const maxResponseSize = 256 * 1024;

/** Statuses of which a Response takes no body, not even an empty one. */
const bodiless = [204, 205, 304];

export interface BoundedFetch {
  fetch(
    url: string,
    request: Pick<
      CustomFetchOptions<string, URLSearchParams | undefined>,
      'method' | 'headers' | 'body' | 'signal'
    >,
  ): Promise<Response>;
  close(): Promise<void>;
}

/** Of a fault, what never came over the wire: undici keeps the bytes that it could not read, tokens among them. */
function brief(fault: unknown): Error {
  const { name, code, message }: Partial<NodeJS.ErrnoException> = Object(fault);
  return new Error([name, code, message].filter(Boolean).join(' '));
}

/** Requests to a server that is not ours, on kept connections: no redirect is followed, no answer is read without end. */
export function boundedFetch(): BoundedFetch {
  const agent = new Agent({ connections: 32, maxResponseSize });
  return {
    async fetch(url, { method, headers, body, signal }) {
      const { origin, pathname, search } = new URL(url);
      const request = {
        origin,
        path: `${pathname}${search}`,
        method: method as 'GET' | 'POST',
        headers,
        ...(signal === undefined ? {} : { signal }),
        ...(body === undefined ? {} : { body: body.toString() }),
      };
      try {
        const answer = await agent.request(request);
        const bytes = await answer.body.arrayBuffer();
        const type = answer.headers['content-type'];
        return new Response(bodiless.includes(answer.statusCode) ? null : bytes, {
          status: answer.statusCode,
          headers: typeof type === 'string' ? { 'content-type': type } : {},
        });
      } catch (fault) {
        throw brief(fault);
      }
    },
    close: () => agent.destroy(),
  };
}
