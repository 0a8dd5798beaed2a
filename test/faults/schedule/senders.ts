import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Channel } from '@rekey/kernel';
import { simpleParser } from 'mailparser';
import { startScriptedSmtp } from '../../servers/scripted-smtp.js';
import { Hanging } from './hanging.js';
import type { FaultKind } from './plan.js';
import type { Timeline } from './timeline.js';

/** A message that a provider has taken, whether or not it could say so. */
export interface Received {
  channel: Channel;
  from: string;
  to: string;
  text: string;
  /** Of its row, for a mail; of the provider, for an SMS. */
  id: string;
  /** What is the same in a message that is sent again. */
  sameAs: string;
  /** Milliseconds, by the machine. */
  at: number;
  /** The courier got the answer. */
  acknowledged: boolean;
}

/** A server takes so few faults in a row that no circuit breaker opens: those wait for real seconds, and have specs of their own. */
const mostInARow = 3;

/** Mail servers and SMS providers, one of each for every courier, with the faults that are armed for the next message. */
export class Senders {
  readonly inbox: Received[] = [];
  private readonly armed: FaultKind[] = [];
  private readonly mail: Awaited<ReturnType<typeof startScriptedSmtp>>[] = [];
  private readonly sms: Server[] = [];
  private readonly hanging = new Hanging();
  private hungAt = 0;

  constructor(private readonly timeline: Timeline) {}

  /** The settings of one more courier. */
  async settings(): Promise<Record<string, string>> {
    return {
      SMTP_URL: await this.startMail(),
      TWILIO_API_URL: await this.startSms(),
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: '0'.repeat(32),
      TWILIO_FROM: '+15005550006',
    };
  }

  /** The next message of this channel meets it. */
  arm(kind: FaultKind): void {
    this.armed.push(kind);
  }

  /** Ends what hangs for so many milliseconds. */
  release(ms = 0): void {
    if (Date.now() - this.hungAt >= ms) for (const server of this.mail) server.release();
    this.hanging.release(ms);
  }

  /** No more faults. */
  mend(): void {
    this.armed.length = 0;
    this.release();
  }

  async close(): Promise<void> {
    this.mend();
    for (const server of this.mail) await server.close();
    for (const server of this.sms) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** @returns the first armed one of these, which has happened now */
  private next(kinds: readonly FaultKind[]): FaultKind | undefined {
    const at = this.armed.findIndex((kind) => kinds.includes(kind));
    if (at < 0) return undefined;
    const [kind] = this.armed.splice(at, 1) as [FaultKind];
    this.timeline.happened(kind);
    return kind;
  }

  private async startMail(): Promise<string> {
    let inARow = 0;
    const failing = (kinds: FaultKind[]) => {
      const kind = inARow < mostInARow ? this.next(kinds) : undefined;
      if (kind) inARow += 1;
      return kind;
    };
    const receive = (acknowledged: boolean) => this.receiveMail(server.mails.at(-1) ?? '', acknowledged);
    const server = await startScriptedSmtp({
      get connection() {
        return failing(['mail: refused']) ? 'cut' : '220 mx.example ESMTP';
      },
      get RCPT() {
        const kind = next(['mail: 4xx', 'mail: 5xx']);
        if (kind) inARow = 0;
        return kind === 'mail: 4xx' ? '451 later' : kind ? '550 nobody of that name' : '250 ok';
      },
      get DOT() {
        const kind = failing(['mail: hangs', 'mail: cut after DATA']);
        receive(kind === undefined);
        if (!kind) inARow = 0;
        if (kind === 'mail: hangs') hung();
        return kind === 'mail: hangs' ? 'hang' : kind ? 'cut' : '250 ok';
      },
    });
    const next = (kinds: FaultKind[]) => this.next(kinds);
    const hung = () => {
      this.hungAt = Date.now();
    };
    this.mail.push(server);
    return server.url;
  }

  private receiveMail(source: string, acknowledged: boolean): void {
    const at = Date.now();
    void simpleParser(source).then(({ messageId = '', to, text = '' }) => {
      const id = /^<(.*)@/.exec(messageId)?.[1] ?? '';
      const address = [to ?? []].flat()[0]?.value[0]?.address ?? '';
      const from = 'mail';
      this.inbox.push({ channel: 'email', from, to: address, text, id, sameAs: id, at, acknowledged });
    });
  }

  private async startSms(): Promise<string> {
    let inARow = 0;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const kind =
          this.next(['sms: 429', 'sms: 4xx']) ??
          (inARow < mostInARow ? this.next(['sms: 500', 'sms: hangs', 'sms: no answer']) : undefined);
        inARow = kind === undefined || kind === 'sms: 429' || kind === 'sms: 4xx' ? 0 : inARow + 1;
        this.answer(kind, form, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.sms.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private answer(kind: FaultKind | undefined, form: URLSearchParams, response: ServerResponse): void {
    const say = (status: number, body: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    const error = (status: number, code: number, headers?: Record<string, string>) =>
      say(status, { code, status, message: 'no', more_info: '' }, headers);
    if (kind === 'sms: 429') return void error(429, 20429, { 'retry-after': '1' });
    if (kind === 'sms: 500') return void error(500, 20500);
    if (kind === 'sms: 4xx') return void error(400, 21211);
    if (kind === 'sms: hangs') return void this.hanging.add(response);
    const id = `SM${randomBytes(16).toString('hex')}`;
    const [to, text] = [form.get('To') ?? '', form.get('Body') ?? ''];
    const acknowledged = kind === undefined;
    const from = form.get('From') ?? '';
    const sameAs = `${to} ${text}`;
    this.inbox.push({ channel: 'sms', from, to, text, id, sameAs, at: Date.now(), acknowledged });
    if (acknowledged) say(201, { sid: id, status: 'queued', to, body: text });
    else response.destroy();
  }
}
