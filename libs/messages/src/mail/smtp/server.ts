import nodemailer, { type Transporter } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type SMTPPool from 'nodemailer/lib/smtp-pool';
import type { Breaker } from '../../breaker.js';

/** Connections to one server, so mails under way at once. */
export const connectionsPerServer = 12;

/** The server does not offer SMTPUTF8, which the address needs (RFC 6531 §3.5): the mail would be mangled. */
export class WithoutUtf8 extends Error {}

/** One mail server, with its pool of connections. */
export class SmtpServer {
  private readonly pool: Transporter<SMTPPool.SentMessageInfo>;
  private readonly options: SMTPPool.Options & { auth?: { user: string; pass: string } };

  /** @param url smtp(s)://user:password@host:port */
  constructor(
    url: string,
    readonly breaker: Breaker,
  ) {
    const { hostname, port, protocol, username, password, searchParams } = new URL(url);
    const secure = protocol === 'smtps:';
    this.options = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port ? Number(port) : secure ? 465 : 587,
      secure,
      requireTLS: searchParams.get('requireTLS') === 'true',
      ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      maxConnections: connectionsPerServer,
      maxMessages: Number.POSITIVE_INFINITY,
      // A connection that was lost before anything was sent is opened again, but not for seconds while another server waits.
      maxRequeues: 1,
    };
    this.pool = nodemailer.createTransport({ pool: true, ...this.options });
  }

  /**
   * @param signal ends the connection under way
   * @throws {WithoutUtf8} before anything is sent, and nodemailer's errors
   */
  async send(message: SMTPPool.MailOptions, signal: AbortSignal): Promise<void> {
    const mail = new MailComposer(message).compile();
    const { from, to } = mail.getEnvelope();
    if (isAscii(`${from}${to}`)) {
      await this.pool.sendMail({ ...message, signal });
      return;
    }
    // The pool asks for SMTPUTF8 where it is offered, and sends the address without it where it is not.
    await new Promise<void>((resolve, reject) => {
      const connection = new SMTPConnection(this.options);
      const fail = (fault: unknown) => {
        reject(fault);
        connection.close();
      };
      const send = (fault?: unknown) => {
        if (fault) fail(fault);
        else
          connection.send(mail.getEnvelope(), mail.createReadStream(), (refused) => {
            if (refused) fail(refused);
            else resolve();
            connection.quit();
          });
      };
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      connection.on('error', fail);
      connection.once('end', () =>
        fail(Object.assign(new Error('the server hung up'), { code: 'ECONNECTION' })),
      );
      connection.connect((fault) => {
        if (fault) return fail(fault);
        if (!/^250[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse)))
          return fail(new WithoutUtf8());
        const { auth } = this.options;
        if (auth && connection.allowsAuth) connection.login(auth, send);
        else send();
      });
    });
  }

  /** Ends what is under way. */
  close(): void {
    (this.pool as unknown as { close(options: { force: boolean }): void }).close({ force: true });
  }
}

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);
