import { consolePlace, staffRoles } from '@rekey/staff';
import type { Standalone } from './app.js';
import { demoAccounts } from './demo-accounts.js';

const languageNames = new Intl.DisplayNames('en', { type: 'language' });

const listed = (words: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(words);

/** What is printed when everything runs: where it is, and what to try. */
export function welcome({ settings, mailbox, invitation, embedded }: Standalone): string {
  const { urls, management, production, dataDir, listenHost } = settings;
  const rows: [string, string][] = [
    ['Recover an account', `${urls.recovery}/recover`],
    ['Recovery options', `${urls.recovery}/account`],
    ['Recovery API', `${urls.recovery}/docs`],
    ['Token issuer', `${urls.issuer}/docs`],
    ['Console (staff)', urls.console],
    ['Management API', `${urls.console}/docs`],
    ...(mailbox ? [['Example app', `${mailbox.url}/example`] as [string, string]] : []),
    ...(mailbox ? [['Mailbox (email, SMS)', mailbox.url] as [string, string]] : []),
    ...(mailbox ? [['SMTP', mailbox.smtpUrl] as [string, string]] : []),
    ['Database', embedded ? `embedded, data in ${dataDir}` : 'from DATABASE_URL'],
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
      `  Management secret     ${management.madeHere ? management.clientSecret : 'from MANAGEMENT_CLIENT_SECRET'}`,
      '',
      ...(invitation
        ? [
            '  Invitation to the console, for its first admin: one use, 24 hours, shown this once',
            `    ${invitation.url}`,
          ]
        : []),
      ...(consolePlace(urls.console, production, listenHost).offersDemo
        ? [`  Console without a passkey: ${urls.console} lets you in as demo ${listed(staffRoles)}`]
        : []),
      '',
      '  Demo accounts',
      ...demoAccounts.map(({ identifiers, locale, password }) => {
        const language = languageNames.of(new Intl.Locale(locale).language);
        return `    ${identifiers.join('  ').padEnd(38)}${language}${password ? `, password "${password}"` : ''}`;
      }),
      '',
      `  Try it: open ${urls.recovery}/recover, enter ada@example.com, and read the code in the mailbox.`,
      '  Or run "npm run demo" in another terminal. Ctrl-C stops Rekey; the data is kept.',
    );
  }
  return `${lines.join('\n')}\n\n`;
}
