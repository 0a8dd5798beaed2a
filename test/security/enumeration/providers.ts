import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { freePort } from '../../runner/free-port.js';

export interface Providers {
  environment: Record<string, string>;
  /** The mails and SMS that were offered. */
  offered(): number;
  close(): void;
}

const twilio = (url: string) => ({
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: '0'.repeat(32),
  TWILIO_FROM: '+12025550100',
  TWILIO_API_URL: url,
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

/** A mail server and an SMS provider that take this long for every message. */
export async function slowProviders(ms: number): Promise<Providers> {
  let offered = 0;
  const mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _session, accept) => {
      offered++;
      stream.resume();
      stream.on('end', () => setTimeout(accept, ms));
    },
  });
  mail.on('error', () => undefined);
  const sms = createServer((request, reply) => {
    offered++;
    request.resume();
    setTimeout(() => {
      reply.writeHead(201, { 'content-type': 'application/json' });
      reply.end(JSON.stringify({ sid: `SM${'0'.repeat(32)}`, status: 'queued' }));
    }, ms);
  });
  const [mailPort, smsPort] = [await listen(mail.server as Server), await listen(sms)];
  return {
    environment: { SMTP_URL: `smtp://127.0.0.1:${mailPort}`, ...twilio(`http://127.0.0.1:${smsPort}`) },
    offered: () => offered,
    close: () => {
      mail.close();
      sms.close();
      sms.closeAllConnections();
    },
  };
}

/** Ports without a listener. */
export async function absentProviders(): Promise<Providers> {
  const [mailPort, smsPort] = [await freePort(), await freePort()];
  return {
    environment: { SMTP_URL: `smtp://127.0.0.1:${mailPort}`, ...twilio(`http://127.0.0.1:${smsPort}`) },
    offered: () => 0,
    close: () => undefined,
  };
}
