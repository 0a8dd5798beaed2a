import nodemailer from 'nodemailer';
import pg from 'pg';
import { deriveCode } from './code.js';

/** Claims waiting messages in batches under row locks, so that a crash sends again and never loses one. */
const { DATABASE_URL: connectionString, SMTP_URL = '', SECRET = '' } = process.env;
const secret = Buffer.from(SECRET, 'base64url');
const loops = 4;
const batch = 8;
const idleMs = 5;
const pool = new pg.Pool({ connectionString, max: loops, idleTimeoutMillis: 0 });
const { hostname: host, port } = new URL(SMTP_URL);
const mails = nodemailer.createTransport({
  pool: true,
  host,
  port: Number(port),
  maxConnections: 12,
  maxMessages: Number.POSITIVE_INFINITY,
});

interface Waiting {
  id: string;
  recovery_id: string;
  email: string;
  is_notice: boolean;
}

const take = {
  name: 'take',
  text: `select m.id, m.recovery_id, m.is_notice, a.email from messages m join accounts a using (email)
    where m.sent_at is null order by m.id limit ${batch} for update of m skip locked`,
};
const sent = { name: 'sent', text: 'update messages set sent_at = now() where id = any($1)' };

let stopping = false;
/** Only one loop at a time looks for work; an idle floor polls two hundred times a second and no more. */
let turn = Promise.resolve();

async function work(): Promise<void> {
  while (!stopping) {
    const before = turn;
    let pass = () => {};
    turn = new Promise((resolve) => {
      pass = resolve;
    });
    await before;
    const client = await pool.connect();
    try {
      const waiting = await lookUntilFound(client);
      pass();
      await Promise.all(waiting.map(send));
      if (waiting.length > 0) await client.query({ ...sent, values: [waiting.map(({ id }) => id)] });
      await client.query('commit');
    } finally {
      pass();
      client.release();
    }
  }
}

/** @returns with an open transaction that locks the messages found */
async function lookUntilFound(client: pg.PoolClient): Promise<Waiting[]> {
  for (;;) {
    await client.query('begin');
    const { rows } = await client.query<Waiting>(take);
    if (rows.length > 0 || stopping) return rows;
    await client.query('commit');
    await new Promise((resolve) => setTimeout(resolve, idleMs));
  }
}

async function send({ recovery_id: recoveryId, email, is_notice: isNotice }: Waiting): Promise<void> {
  const code = deriveCode(secret, recoveryId);
  const content = isNotice
    ? { subject: 'Your account was recovered', text: 'If this was not you, call us.\n' }
    : {
        subject: 'Your code',
        text: `Your code is\n\n${code.slice(0, 4)} ${code.slice(4)}\n\nIt is good for 10 minutes.\n`,
      };
  await mails.sendMail({ from: 'no-reply@bench.example', to: email, ...content });
}

process.once('SIGTERM', () => {
  stopping = true;
});
await Promise.all(Array.from({ length: loops }, work));
mails.close();
await pool.end();
