import { execFile } from 'node:child_process';
import { useRekey } from './rekey.js';
import { StaffBrowser } from './staff-browser.js';

describe('npm run console', () => {
  const rekey = useRekey();

  test('the command line invites, lists and disables', async () => {
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: rekey.settings.databaseUrl,
      REKEY_DATA_DIR: rekey.settings.dataDir,
      CONSOLE_URL: rekey.settings.urls.console,
    };
    const command = (...words: string[]) =>
      new Promise<string>((resolve) => {
        execFile(
          process.execPath,
          ['dist/apps/standalone/src/rekey.js', 'staff', ...words],
          { env },
          (fault, out, err) => resolve(`${fault?.code ?? 0} ${out}${err}`),
        );
      });
    const [invited, wrong] = await Promise.all([
      command('invite', 'Olu', 'Operator', '--role', 'support'),
      command('invite', 'Nobody', '--role', 'root'),
    ]);
    expect(wrong).toMatch(
      /^1 usage|^1 rekey staff: usage: npm run staff -- invite NAME --role support\|security\|auditor\|admin/,
    );
    expect(invited).toMatch(/^0 Olu Operator can register a passkey as support, once, until /);
    const browser = new StaffBrowser(rekey);
    expect((await browser.register(invited.trim().split('\n').at(-1) ?? '')).status).toBe(201);
    expect(await command('list')).toMatch(
      new RegExp(`^0 (.*\n)*${browser.id} {2}support {2}active {4}Olu Operator, seen `),
    );
    expect(await command('disable', browser.id)).toBe(
      '0 Olu Operator is disabled, and signed out everywhere\n',
    );
    expect((await browser.session()).status).toBe(401);
  });
});
