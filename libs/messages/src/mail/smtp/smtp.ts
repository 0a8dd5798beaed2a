import { type Clock, systemClock } from '@rekey/kernel';
import nodemailer, { type Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { DeliveryFault } from '../../delivery-fault.js';
import type { Email, MailTransport, MailTransportKind } from '../transport.js';

export const smtpTransport: MailTransportKind = {
  open: ({ smtpUrls, mailFrom, urls }) =>
    new Smtp({ smtpUrls, mailFrom, messageIdHost: new URL(urls.recovery).hostname }),
};

export interface SmtpOptions {
  /** smtp(s)://user:password@host:port, in failover order. */
  smtpUrls: string[];
  /** Header `From` and envelope sender, where bounces go (RFC 3834 §5). */
  mailFrom: string;
  /** The right-hand side of Message-IDs. */
  messageIdHost: string;
}

const minutes = 60_000;

/** How long a server that was unavailable is tried last, so that not every mail waits for it again. */
const rest = 30_000;

interface Server {
  pool: Transporter<SMTPPool.SentMessageInfo>;
  restsUntil: number;
}

/** Sends mail over pooled SMTP connections, one pool per server. The next server takes over when one is unavailable or defers the mail. */
export class Smtp implements MailTransport {
  private readonly servers: Server[];

  constructor(
    private readonly options: SmtpOptions,
    private readonly clock: Clock = systemClock,
  ) {
    const { smtpUrls } = options;
    this.servers = smtpUrls.map((url, at) => ({
      pool: openPool(url, at < smtpUrls.length - 1),
      restsUntil: 0,
    }));
  }

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

const messageOf = (email: Email, { mailFrom, messageIdHost }: SmtpOptions): SMTPPool.MailOptions => ({
  from: mailFrom,
  to: { name: '', address: email.to },
  subject: email.subject,
  text: email.text,
  html: email.html,
  messageId: `<${email.id}@${messageIdHost}>`,
  // RFC 3834 §5: asks for no vacation replies; X-Auto-Response-Suppress says the same to Exchange.
  headers: {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'Content-Language': email.locale,
  },
  disableFileAccess: true,
  disableUrlAccess: true,
});

/**
 * The timeouts that RFC 5321 §4.5.3.2 asks for, five minutes for a greeting and ten for the end of the data, if no other server could take
 * over. If one could, it should be tried soon: a person waits with a code that expires in ten minutes.
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
    // A connection that was lost before anything was sent is opened again, but not for seconds while another server waits.
    maxRequeues: 1,
    connectionTimeout: hasNext ? 10_000 : 1 * minutes,
    greetingTimeout: hasNext ? 15_000 : 5 * minutes,
    socketTimeout: hasNext ? 1 * minutes : 10 * minutes,
  });
}

interface Failure {
  /** The server refused this mail; otherwise the server is unavailable, or refuses us. */
  isAboutMail: boolean;
  permanent: boolean;
  providerCode: string;
}

/**
 * Acts on the code of the reply, never on its text (RFC 5321 §4.2.1): 5yz is permanent, 4yz and a lost connection are temporary. A 5yz to
 * our greeting, credentials or sender says nothing about the person's address: another server may decide differently.
 */
function failureOf(fault: unknown): Failure {
  const { responseCode, code, originalCode, command } = Object(fault) as SmtpFault;
  const isMalformed = code === 'EENVELOPE' && command === 'API';
  // 421 means that the server is shutting down (§3.8), whatever the command was.
  const isAboutMail = isMalformed || ((command === 'RCPT TO' || command === 'DATA') && responseCode !== 421);
  const isNo = responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return {
    isAboutMail,
    permanent: isMalformed || (isAboutMail && isNo),
    providerCode: responseCode === undefined ? (originalCode ?? code ?? 'unknown') : `smtp ${responseCode}`,
  };
}

/** As nodemailer describes it. `command` is the one that was answered, CONN when the connection itself was lost. */
interface SmtpFault {
  responseCode?: number;
  code?: string;
  originalCode?: string;
  command?: string;
}
