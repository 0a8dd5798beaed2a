import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Hanging } from './hanging.js';
import type { FaultKind } from './plan.js';
import type { Timeline } from './timeline.js';

/** What stands before the issuer at its public URL: it passes everything on, and fails an exchange when a fault is armed. */
export class IssuerGate {
  private readonly armed: FaultKind[] = [];
  private readonly hanging = new Hanging();
  private readonly server = createServer((request, response) => this.pass(request, response));

  /** @param port where the issuer listens */
  constructor(
    private readonly port: number,
    private readonly timeline: Timeline,
  ) {}

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.server.listen(port, 'localhost', resolve));
  }

  arm(kind: FaultKind): void {
    this.armed.push(kind);
  }

  /** Ends what hangs for so many milliseconds. */
  release(ms = 0): void {
    this.hanging.release(ms);
  }

  mend(): void {
    this.armed.length = 0;
    this.release();
  }

  async close(): Promise<void> {
    this.mend();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isExchange = body.includes(encodeURIComponent('urn:ietf:params:oauth:grant-type:token-exchange'));
      const kind = isExchange ? this.armed.shift() : undefined;
      if (kind) this.timeline.happened(kind);
      if (kind === 'issuer: 500') return void response.writeHead(500).end('{}');
      if (kind === 'issuer: hangs') return void this.hanging.add(response);
      this.forward(request, body, response, kind === 'issuer: answer cut');
    });
  }

  private forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    isCut: boolean,
  ): void {
    const options = { method, path: url, port: this.port, host: 'localhost', headers, agent: false };
    const passed = ask(options, (answer) => {
      if (isCut) {
        // The issuer has worked: only its answer is lost.
        answer.resume().on('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(body);
  }
}
