import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  body: string;
}

/**
 * Sends a request line as it is, which `fetch` would bring into another form first, and reads to the end of the connection.
 *
 * @param line method and target
 */
export async function rawRequest(
  port: number,
  line: string,
  { headers = [], body = '' }: { headers?: string[]; body?: string } = {},
): Promise<RawAnswer> {
  const socket = connect(port, 'localhost');
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const head = [`${line} HTTP/1.1`, 'host: localhost', 'connection: close', ...length, ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const text = Buffer.concat(await socket.toArray()).toString();
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...fields] = text.slice(0, end).split('\r\n');
  const named = fields.map((field) => {
    const at = field.indexOf(':');
    return [field.slice(0, at).toLowerCase(), field.slice(at + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(named),
    body: text.slice(end + 4),
  };
}
