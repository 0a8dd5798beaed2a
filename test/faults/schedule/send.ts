import { request } from 'node:http';

export interface Sent {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** `{}` when it is no JSON. */
  body: ReturnType<typeof JSON.parse>;
}

export interface Sending {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: object | undefined;
  /** The client goes away so many milliseconds after the whole request was sent. */
  cutAfterMs?: number | undefined;
}

/**
 * One request on a connection of its own: a kept one may be closed for idleness at the moment of its next use, which is no fault.
 *
 * @returns undefined when no answer arrived
 */
export function send(
  url: string,
  { method, path, headers, body, cutAfterMs }: Sending,
): Promise<Sent | undefined> {
  return new Promise((resolve) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const length = { 'content-length': String(Buffer.byteLength(text)) };
    const options = { method, agent: false, headers: { ...headers, ...type, ...length } };
    const sent = request(`${url}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        const isWhole = response.complete;
        const { statusCode: status = 0 } = response;
        resolve(
          isWhole ? { status, headers: response.headers, text: answer, body: parsed(answer) } : undefined,
        );
      });
    });
    sent.on('error', () => resolve(undefined));
    sent.on('finish', () => {
      if (cutAfterMs === undefined) return;
      setTimeout(() => {
        sent.destroy();
        resolve(undefined);
      }, cutAfterMs);
    });
    sent.end(text);
  });
}

function parsed(text: string): Sent['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
