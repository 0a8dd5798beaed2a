import { request } from 'node:http';
import { startMailbox } from './mailbox.js';

/** fetch cannot send a forged Host header. */
const statusFor = (url: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${url}/messages`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });

test('a page that reaches the mailbox by DNS rebinding reads nothing', async () => {
  const mailbox = await startMailbox({ port: 0, production: false });
  const { port } = new URL(mailbox.url);
  const statuses: Record<string, number> = {};
  const names = [
    'localhost',
    'mail.localhost',
    '127.0.0.1',
    '[::1]',
    'evil.example',
    'localhost.evil.example',
  ];
  for (const name of names) statuses[name] = await statusFor(mailbox.url, `${name}:${port}`);
  expect(statuses).toEqual({
    localhost: 200,
    'mail.localhost': 200,
    '127.0.0.1': 200,
    '[::1]': 200,
    'evil.example': 403,
    'localhost.evil.example': 403,
  });
  await mailbox.close();
});
