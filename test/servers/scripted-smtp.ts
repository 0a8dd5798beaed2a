import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Where a server stands: before its greeting, or after this command of the client. `DOT` is the end of the message. */
export type Step = 'connection' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'DOT' | 'RSET' | 'QUIT';

/**
 * A reply, or `hang`, or `drip`: a byte now and then of a reply that never ends. Or an end of the connection: `reset` with an RST, `cut` or `end` with a
 * FIN, `half` in the middle of a reply, `garbage` after bytes that are no reply.
 */
export type Script = Partial<Record<Step, string>>;

const ends: Record<string, (socket: Socket) => void> = {
  reset: (socket) => socket.resetAndDestroy(),
  cut: (socket) => socket.destroy(),
  end: (socket) => socket.end(),
  half: (socket) => socket.end('25'),
  garbage: (socket) => socket.end('\0\x01 no protocol\r\n'),
  // RFC 5321 §3.8, and what servers say of a connection that was idle for too long.
  '421': (socket) => socket.end('421 4.4.2 mx.example timeout exceeded\r\n'),
};

const accepting: Record<Step, string> = {
  connection: '220 mx.example ESMTP',
  EHLO: '250-mx.example\r\n250-SMTPUTF8\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 ok',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  DOT: '250 ok',
  RSET: '250 ok',
  QUIT: '221 bye',
};

/** A mail server that replies as scripted. */
export async function startScriptedSmtp(script: Script = {}) {
  const sockets = new Set<Socket>();
  const hanging = new Set<Socket>();
  const seen: string[] = [];
  let mails: string[] = [];
  let waiting: [Step, () => void][] = [];
  const drips: NodeJS.Timeout[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const reach = (step: Step) => {
      seen.push(step);
      const reply = script[step] ?? accepting[step];
      if (reply === 'drip') drips.push(setInterval(() => socket.write('2'), 5));
      else if (ends[reply]) ends[reply](socket);
      else if (reply === 'hang') hanging.add(socket);
      else socket.write(`${reply}\r\n`);
      for (const [, reached] of waiting.filter(([wanted]) => wanted === step)) reached();
      waiting = waiting.filter(([wanted]) => wanted !== step);
    };
    let text = '';
    let inData = false;
    socket.on('data', (chunk) => {
      text += chunk;
      for (;;) {
        const end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) mails.push(part);
        const step = inData ? 'DOT' : ((/^[A-Z]+/.exec(part)?.[0] ?? '') as Step);
        if (!inData) seen.push(part);
        inData = step === 'DATA' && (script.DATA ?? accepting.DATA).startsWith('3');
        reach(step);
      }
    });
    reach('connection');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`,
    script,
    seen,
    get mails() {
      return mails;
    },
    clear: () => {
      mails = [];
      seen.splice(0);
    },
    /** Ends all connections. @returns how many */
    cut(how: string): number {
      const open = [...sockets];
      for (const socket of open) ends[how]?.(socket);
      return open.length;
    },
    /** Ends the connections that hang. */
    release: () => {
      for (const socket of hanging) socket.destroy();
      hanging.clear();
    },
    async close() {
      for (const drip of drips) clearInterval(drip);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
    /** The next time that a client gets there. */
    reached: (step: Step) => new Promise<void>((resolve) => waiting.push([step, resolve])),
  };
}
