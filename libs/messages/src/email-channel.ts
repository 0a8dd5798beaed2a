import { type Clock, systemClock } from '@rekey/kernel';
import nodemailer, { type Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { DeliveryFault } from './delivery-fault.js';
import type { RenderedEmail } from './render.js';

export interface EmailOptions {
  /** smtp(s)://user:password@host:port, in the order of failover. */
  smtpUrls: string[];
  /** Header `From` and envelope sender, where bounces go (RFC 3834 §5). */
  mailFrom: string;
  /** Right side of Message-IDs. */
  messageIdHost: string;
}

export interface Email extends RenderedEmail {
  /** Of the message's row: a retry has the same Message-ID. */
  id: string;
  to: string;
  locale: string;
}

const minutes = 60_000;

/** So long a server that was away is asked last; otherwise every mail would wait for it anew. */
const rest = 30_000;

interface Server {
  pool: Transporter<SMTPPool.SentMessageInfo>;
  restsUntil: number;
}

/** Mail over pooled SMTP connections, one pool a server; the next server takes over when one is away or puts us off. */
export class EmailChannel {
  private readonly servers: Server[];

  constructor(
    private readonly options: EmailOptions,
    private readonly clock: Clock = systemClock,
  ) {
    const { smtpUrls } = options;
    this.servers = smtpUrls.map((url, at) => ({
      pool: openPool(url, at < smtpUrls.length - 1),
      restsUntil: 0,
    }));
  }

  /** @throws {DeliveryFault} */
  async send(email: Email): Promise<{ providerId: string }> {
    const message = messageOf(email, this.options);
    let last: DeliveryFault | undefined;
    for (const server of this.inOrder()) {
      try {
        const info = await server.pool.sendMail(message);
        return { providerId: info.messageId };
      } catch (fault) {
        const { isAboutMail, ...failure } = failureOf(fault);
        if (!isAboutMail) server.restsUntil = this.clock.now() + rest;
        last = new DeliveryFault(failure.permanent, failure.providerCode);
        if (last.permanent) throw last;
      }
    }
    throw last ?? new DeliveryFault(false, 'no SMTP server is set');
  }

  async close(): Promise<void> {
    for (const { pool } of this.servers) pool.close();
  }

  private inOrder(): Server[] {
    const now = this.clock.now();
    const isAwake = (server: Server) => server.restsUntil <= now;
    return [...this.servers.filter(isAwake), ...this.servers.filter((server) => !isAwake(server))];
  }
}

const messageOf = (email: Email, { mailFrom, messageIdHost }: EmailOptions): SMTPPool.MailOptions => ({
  from: mailFrom,
  to: { name: '', address: email.to },
  subject: email.subject,
  text: email.text,
  html: email.html,
  messageId: `<${email.id}@${messageIdHost}>`,
  // RFC 3834 §5: no vacation notice shall answer this; X-Auto-Response-Suppress says the same to Exchange.
  headers: {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'Content-Language': email.locale,
  },
  disableFileAccess: true,
  disableUrlAccess: true,
});

/**
 * Waits as RFC 5321 §4.5.3.2 asks, five minutes for a greeting and ten for the end of the data, where no other server could
 * take over; where one could, a person with a code that dies in ten minutes is better served by trying it soon.
 */
function openPool(url: string, hasNext: boolean): Transporter<SMTPPool.SentMessageInfo> {
  const { hostname, port, protocol, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  return nodemailer.createTransport({
    pool: true,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: searchParams.get('requireTLS') === 'true',
    auth: username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : undefined,
    maxConnections: 12,
    maxMessages: Number.POSITIVE_INFINITY,
    // A line that was cut while nothing was sent yet is dialled again, but not for seconds while another server waits.
    maxRequeues: 1,
    connectionTimeout: hasNext ? 10_000 : 1 * minutes,
    greetingTimeout: hasNext ? 15_000 : 5 * minutes,
    socketTimeout: hasNext ? 1 * minutes : 10 * minutes,
  });
}

interface Failure {
  /** It is this mail that was not taken; otherwise the server is away, or does not want us. */
  isAboutMail: boolean;
  permanent: boolean;
  providerCode: string;
}

/**
 * Acts on the code of the reply, never on its text (RFC 5321 §4.2.1): 5yz is for good, 4yz and a lost line are for now. A 5yz
 * to our greeting, our credentials or our sender says nothing about the person's address: another server may think otherwise.
 */
function failureOf(fault: unknown): Failure {
  const { responseCode, code, originalCode, command } = Object(fault) as SmtpFault;
  const isMalformed = code === 'EENVELOPE' && command === 'API';
  // 421 is a server that is going away (§3.8), whatever it was asked.
  const isAboutMail = isMalformed || ((command === 'RCPT TO' || command === 'DATA') && responseCode !== 421);
  const isNo = responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return {
    isAboutMail,
    permanent: isMalformed || (isAboutMail && isNo),
    providerCode: responseCode === undefined ? (originalCode ?? code ?? 'unknown') : `smtp ${responseCode}`,
  };
}

/** As nodemailer describes it; the command is the one that was answered, CONN when the line itself was lost. */
interface SmtpFault {
  responseCode?: number;
  code?: string;
  originalCode?: string;
  command?: string;
}
