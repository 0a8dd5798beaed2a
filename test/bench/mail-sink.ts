import type { Readable } from 'node:stream';
import { SMTPServer } from 'smtp-server';

/**
 * An SMTP server in its own process that reports each mail to its parent: the recipient and the code. After it gets a number,
 * it takes that many milliseconds longer to accept a mail.
 */
export interface MailSeen {
  to: string;
  /** Eight digits; empty when the mail holds no code. */
  code: string;
}

let delayMs = 0;

/** The plain text comes first (RFC 2046 §5.1.4) and has the code in groups. */
function codeIn(mail: string): string {
  const body = mail.slice(mail.indexOf('\r\n\r\n'));
  const [, first = '', second = ''] = /(?<!\d)(\d{4}) (\d{4})(?!\d)/.exec(body) ?? [];
  return first + second;
}

function read(stream: Readable, done: (mail: string) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(Buffer.concat(chunks).toString('latin1')));
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, session, accept) {
    read(stream, (mail) => {
      const seen: MailSeen = { to: session.envelope.rcptTo[0]?.address ?? '', code: codeIn(mail) };
      process.send?.(seen);
      if (delayMs > 0) setTimeout(accept, delayMs);
      else accept();
    });
  },
});

server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.server.address() as { port: number }).port }),
);
process.on('message', (delay: number) => {
  delayMs = delay;
});
process.on('disconnect', () => process.exit(0));
