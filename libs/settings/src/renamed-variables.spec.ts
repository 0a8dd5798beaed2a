import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { loadSettings } from './index.js';
import { renamedVariables } from './renamed-variables.js';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rekey-settings-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

const problemsOf = (environment: Record<string, string>): string[] =>
  settingProblems(() => loadSettings({ REKEY_DATA_DIR: dataDir, ...environment }, 'standalone'));

test.each([
  ['SENDS_IN_ALL', '100', 'CODES_PER_10_MINUTES'],
  ['SENDS_PER_CLIENT', '100', 'CODES_PER_CLIENT_PER_10_MINUTES'],
  ['SERVICE_NAME', 'Acme', 'PRODUCT_NAME'],
  ['TOKEN_ALG', 'RS256', 'ACCESS_TOKEN_ALG'],
])('the former name %s is refused with its new name, also when both are set', (former, value, name) => {
  const refused = [`${former}: is now ${name}; allowed: set ${name} instead`];
  expect(problemsOf({ [former]: value })).toEqual(refused);
  expect(problemsOf({ [former]: value, [name]: value })).toEqual(refused);
  expect(problemsOf({ [former]: ' ', [name]: value })).toEqual([]);
});

test('the table above has every former name', () => {
  expect(Object.keys(renamedVariables)).toHaveLength(4);
});

test('the containers get every former name, so that one in docker/.env stops their start', () => {
  const compose = readFileSync(new URL('../../../docker/compose.yaml', import.meta.url), 'utf8');
  for (const former of Object.keys(renamedVariables))
    expect(compose).toContain(`\n  ${former}: $\{${former}:-}\n`);
});
