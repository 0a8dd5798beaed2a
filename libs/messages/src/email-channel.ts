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

/** Mail over pooled SMTP connections, one pool a server; the next server takes over when one is away or puts us off. */
export class EmailChannel {
  private readonly pools: Transporter<SMTPPool.SentMessageInfo>[];

  constructor(private readonly options: EmailOptions) {
    this.pools = options.smtpUrls.map((url, at) => openPool(url, at < options.smtpUrls.length - 1));
  }

  /** @throws {DeliveryFault} */
  async send(email: Email): Promise<{ providerId: string }> {
    const { mailFrom, messageIdHost } = this.options;
    let last: DeliveryFault | undefined;
    for (const pool of this.pools) {
      try {
        const info = await pool.sendMail({
          from: mailFrom,
          to: { name: '', address: email.to },
          subject: email.subject,
          text: email.text,
          html: email.html,
          messageId: `<${email.id}@${messageIdHost}>`,
          // RFC 3834 §5: no vacation notice shall answer this; §3.1.7 of RFC 5436 says the same of X-Auto-Response-Suppress.
          headers: {
            'Auto-Submitted': 'auto-generated',
            'X-Auto-Response-Suppress': 'All',
            'Content-Language': email.locale,
          },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { providerId: info.messageId };
      } catch (fault) {
        last = deliveryFaultOf(fault);
        if (last.permanent) throw last;
      }
    }
    throw last ?? new DeliveryFault(false, 'no SMTP server is set');
  }

  async close(): Promise<void> {
    for (const pool of this.pools) pool.close();
  }
}

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
    connectionTimeout: hasNext ? 10_000 : 1 * minutes,
    greetingTimeout: hasNext ? 15_000 : 5 * minutes,
    socketTimeout: hasNext ? 1 * minutes : 10 * minutes,
  });
}

/** Acts on the code of the reply, never on its text (RFC 5321 §4.2.1): 5yz is for good, 4yz and a lost line are for now. */
function deliveryFaultOf(fault: unknown): DeliveryFault {
  const { responseCode, code } = Object(fault) as { responseCode?: number; code?: string };
  // A 5yz to our own credentials says nothing about the person's address.
  const isOurs = code === 'EAUTH' || code === 'ENOAUTH' || code === 'ETLS';
  const permanent = !isOurs && responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return new DeliveryFault(
    permanent,
    responseCode === undefined ? (code ?? 'unknown') : `smtp ${responseCode}`,
  );
}
