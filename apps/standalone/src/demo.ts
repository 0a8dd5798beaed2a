import type { Channel } from '@rekey/kernel';
import { settingsOrExit } from '@rekey/settings';
import { demoAccounts } from './demo-accounts.js';

/** `npm run demo`, beside a running start: one recovery by mail and one by SMS, each step as it happens. */

interface Caught {
  id: string;
  channel: Channel;
  text: string;
  subject?: string;
}

const { urls, ports, sms } = settingsOrExit('standalone');
const mailbox = `http://localhost:${ports.mailbox}`;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function call(
  method: string,
  url: string,
  bearer?: string,
  body?: object,
): Promise<Record<string, string>> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as Record<string, string>;
  say(`    ${method} ${new URL(url).pathname} -> ${response.status}`);
  if (!response.ok)
    throw new Error(
      `${answer.title ?? answer.code}${answer.retry_after ? ` Try again in ${answer.retry_after} s.` : ''}`,
    );
  return answer;
}

const caught = async (to: string): Promise<Caught[]> => {
  const response = await fetch(`${mailbox}/messages?to=${encodeURIComponent(to)}`);
  return ((await response.json()) as { messages: Caught[] }).messages;
};

async function next(to: string, known: Set<string>): Promise<Caught> {
  for (let look = 0; look < 100; look++) {
    const fresh = (await caught(to)).find(({ id }) => !known.has(id));
    if (fresh) return fresh;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `no message to ${to} arrived within 10 s; an address gets at most five codes in ten minutes`,
  );
}

async function recover(how: string, identifier: string, country?: string, to = identifier): Promise<void> {
  say(`\n  ${how}`);
  const known = new Set((await caught(to)).map(({ id }) => id));
  say(`  1. Someone who is locked out enters: ${identifier}`);
  const recovery = await call('POST', `${urls.recovery}/v1/recoveries`, undefined, { identifier, country });
  say(`    recovery ${recovery.id}, ${recovery.state}`);
  const message = await next(to, known);
  known.add(message.id);
  const code =
    /#(\d+)$/.exec(message.text)?.[1] ?? /\b\d{4}(?: \d{1,4}){1,4}\b/.exec(message.text)?.[0] ?? '';
  say(
    `  2. ${message.channel === 'email' ? `An email arrives: "${message.subject}"` : 'An SMS arrives'}, with the code ${code}`,
  );
  say('  3. They enter the code');
  const at = `${urls.recovery}/v1/recoveries/${recovery.id}`;
  await call('POST', `${at}/proofs`, recovery.token, { kind: 'code', value: code });
  say(
    '  4. They get new credentials; older sessions end, and the old password stops working unless it is set again',
  );
  // The one that the start prints goes on working.
  const password = demoAccounts.find(({ identifiers }) => identifiers.includes(to))?.password;
  const tokens = await call('POST', `${at}/credentials`, recovery.token, { password });
  say(`    an access token for ${tokens.expires_in} s with scope ${tokens.scope}, and a refresh token`);
  const notice = await next(to, known);
  say(`  5. The owner is notified: ${(notice.subject ?? notice.text.split('\n')[0] ?? '').slice(0, 70)}`);
}

try {
  await recover('By email', 'ada@example.com');
  if (sms !== 'off') await recover('By SMS', '(202) 555-0123', 'US', '+12025550123');
  say(`\n  To see what people see, open ${urls.recovery}/recover and ${mailbox}\n`);
} catch (fault) {
  const { message, cause } = fault as Error & { cause?: { code?: string } };
  const away = cause?.code === 'ECONNREFUSED';
  process.stderr.write(
    `\nrekey demo: ${away ? 'Rekey is not running; run "npm start" in another terminal first' : message}\n`,
  );
  process.exitCode = 1;
}
