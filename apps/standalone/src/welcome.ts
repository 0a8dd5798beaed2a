import type { Standalone } from './app.js';
import { demoAccounts } from './demo-accounts.js';

/** What is printed when everything runs: where it is, and what to try. */
export function welcome({ settings, mailbox, embedded }: Standalone): string {
  const { urls, management, production, dataDir } = settings;
  const rows: [string, string][] = [
    ['Recover an account', `${urls.recovery}/recover`],
    ['Ways back in', `${urls.recovery}/account`],
    ['Recovery API', `${urls.recovery}/docs`],
    ['Token issuer', `${urls.issuer}/docs`],
    ['Management API', `${urls.console}/docs`],
    ...(mailbox ? [['Example app', `${mailbox.url}/example`] as [string, string]] : []),
    ...(mailbox ? [['Mail and SMS arrive', mailbox.url] as [string, string]] : []),
    ...(mailbox ? [['SMTP', mailbox.smtpUrl] as [string, string]] : []),
    ['Database', embedded ? `embedded, kept in ${dataDir}` : 'yours, from DATABASE_URL'],
  ];
  const lines = [
    '',
    '  Rekey is running',
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(22)}${value}`),
  ];
  if (!production) {
    lines.push(
      '',
      `  Management client     ${management.clientId}`,
      `  and its secret        ${management.madeHere ? management.clientSecret : 'from MANAGEMENT_CLIENT_SECRET'}`,
      '',
      '  Demo accounts',
      ...demoAccounts.map(({ identifiers, locale, password }) => {
        const language = locale === 'en' ? 'English' : 'Chinese';
        return `    ${identifiers.join('  ').padEnd(38)}${language}${password ? `, password "${password}"` : ''}`;
      }),
      '',
      `  Try: open ${urls.recovery}/recover, enter ada@example.com, and read the code in the mailbox;`,
      '  or, in another terminal, npm run demo. Ctrl-C ends it; the data stays.',
    );
  }
  return `${lines.join('\n')}\n\n`;
}
