import { type Clock, processTimer, systemClock, type Timer } from '@rekey/kernel';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import { Breaker, type BreakerTransition } from '../../breaker.js';
import { attemptMs, failoverMs, within } from '../../deadline.js';
import { DeliveryFault } from '../../delivery-fault.js';
import type { Email, MailTransport, MailTransportKind } from '../transport.js';
import { type Failure, failureOf } from './failure.js';
import { connectionsPerServer, SmtpServer, WithoutUtf8 } from './server.js';

export const smtpTransport: MailTransportKind = {
  slots: connectionsPerServer,
  open: ({ smtpUrls, mailFrom, urls }, onBreaker) =>
    new Smtp({ smtpUrls, mailFrom, messageIdHost: new URL(urls.recovery).hostname, onBreaker }),
};

export interface SmtpOptions {
  /** smtp(s)://user:password@host:port, in failover order. */
  smtpUrls: string[];
  /** Header `From` and envelope sender, where bounces go (RFC 3834 §5). */
  mailFrom: string;
  /** The right-hand side of Message-IDs. */
  messageIdHost: string;
  /** @param server its host and port */
  onBreaker?: (server: string, to: BreakerTransition) => void;
}

/** Milliseconds in which a server that was unavailable is tried last, so that not every mail waits for it again. */
const rest = 30_000;

/** RFC 6531 §3.5: no server that could be asked takes non-ASCII addresses. */
const withoutUtf8: Failure = { about: 'mail', providerCode: 'smtp 5.6.7' };

/**
 * Sends mail over pooled SMTP connections, one pool per server. The next server takes over when one is unavailable, or defers or refuses the
 * mail: only what the last one says is final.
 */
export class Smtp implements MailTransport {
  private readonly servers: SmtpServer[];
  private readonly timer: Timer;

  constructor(
    private readonly options: SmtpOptions,
    { clock = systemClock, timer = processTimer }: { clock?: Clock; timer?: Timer } = {},
  ) {
    this.timer = timer;
    this.servers = options.smtpUrls.map(
      (url) => new SmtpServer(url, new Breaker(clock, (to) => options.onBreaker?.(new URL(url).host, to))),
    );
  }

  /** A repeat has the same Message-ID, because a server that did not reply in time may have accepted the mail. */
  async send(email: Email): Promise<{ providerId: string }> {
    const message = messageOf(email, this.options);
    const failures: Failure[] = [];
    const isSent = await within(attemptMs, this.timer, (signal) =>
      this.sendByOne(message, failures, signal),
    ).catch((fault: unknown) => {
      failures.push(failureOf(fault));
      return false;
    });
    if (isSent) return { providerId: message.messageId };
    const last = failures.at(-1) ?? { about: 'server', providerCode: 'circuit breaker open' };
    const lacksUtf8 = failures.length === this.servers.length && failures.every((one) => one === withoutUtf8);
    throw new DeliveryFault(last.about === 'recipient' || lacksUtf8, last.providerCode);
  }

  async close(): Promise<void> {
    for (const server of this.servers) server.close();
  }

  /** @param failures of the servers that did not take it are added @returns whether one took it */
  private async sendByOne(message: Message, failures: Failure[], outer: AbortSignal): Promise<boolean> {
    const servers = this.inOrder();
    // Each of many servers gets its share, and the last one what is left.
    const shareMs = Math.min(failoverMs, attemptMs / servers.length);
    for (const [at, server] of servers.entries()) {
      if (outer.aborted) return false;
      if (!server.breaker.admits()) continue;
      const ms = at === servers.length - 1 ? attemptMs : shareMs;
      const failure = await within(ms, this.timer, (signal) => server.send(message, signal), outer).then(
        () => undefined,
        (fault: unknown) => (fault instanceof WithoutUtf8 ? withoutUtf8 : failureOf(fault)),
      );
      if (failure?.about === 'server') server.breaker.failed();
      else server.breaker.succeeded();
      if (!failure) return true;
      failures.push(failure);
      if (failure.isMalformed) return false;
    }
    return false;
  }

  private inOrder(): SmtpServer[] {
    const isResting = ({ breaker }: SmtpServer) => breaker.failedWithin(rest);
    return [...this.servers.filter((server) => !isResting(server)), ...this.servers.filter(isResting)];
  }
}

type Message = SMTPPool.MailOptions & { messageId: string };

const messageOf = (email: Email, { mailFrom, messageIdHost }: SmtpOptions): Message => ({
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
