import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { MessageStore } from './message-store.js';

/** A real SMTP server that takes everything and forwards nothing. @param port 0 for a free one */
export async function startSmtp(
  store: MessageStore,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    // The strict check refuses dots in a row also in quotes, where they are allowed: "a..b"@example.com (RFC 5321 §4.1.2).
    lenientAddressParsing: true,
    onAuth: (_auth, _session, callback) => callback(null, { user: 'anyone' }),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => unquoted(address));
        take(store, Buffer.concat(chunks), recipients).then(
          () => callback(),
          (fault: Error) => callback(fault),
        );
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.removeAllListeners('error');
  server.on('error', () => undefined);
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The address without quotes that only dots make necessary. */
const unquoted = (address: string): string => address.replace(/^"([^\s"(),:;<>@[\]\\]+)"(?=@)/, '$1');

async function take(store: MessageStore, bytes: Buffer, recipients: string[]): Promise<void> {
  const mail = await simpleParser(bytes, { skipImageLinks: true });
  const headers = Object.fromEntries(
    mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
  );
  store.add({
    id: randomUUID(),
    channel: 'email',
    to: recipients.join(', '),
    from: mail.from?.text ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    ...(mail.html ? { html: mail.html } : {}),
    headers,
    received_at: new Date().toISOString(),
    recipients,
    source: bytes.toString(),
  });
}
