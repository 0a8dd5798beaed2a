import type { Config } from 'jest';
import { byLength } from './length.js';
import { sharedPackages, top } from './shared-modules.js';

const here = import.meta.dirname;

/** What `REKEY_TESTS` may name; without it, everything that needs nothing but Node.js. */
const suites: Record<string, { testMatch: string[]; testPathIgnorePatterns?: string[] }> = {
  all: {
    testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
    testPathIgnorePatterns: [
      '/node_modules/',
      '<rootDir>/test/(browser|bench|redis)/',
      '\\.long\\.spec\\.ts$',
    ],
  },
  /** Campaigns at full length, of which `all` has a short form, and what waits for real seconds. */
  long: { testMatch: ['**/*.campaign.spec.ts', '**/*.long.spec.ts'] },
  /** Needs Chromium. */
  browser: { testMatch: ['<rootDir>/test/browser/**/*.spec.ts'] },
  /** Needs redis-server. */
  redis: { testMatch: ['<rootDir>/test/redis/**/*.spec.ts'] },
};

const config: Config = {
  rootDir: top,
  roots: ['apps', 'libs', 'test'].map((folder) => `<rootDir>/${folder}`),
  ...suites[process.env.REKEY_TESTS ?? 'all'],
  // The only limit of a test: it ends one that hangs, and says nothing of speed, which the machine decides.
  testTimeout: byLength(600_000, 1_800_000),
  maxWorkers: 2,
  reporters: ['default', `${here}/slow-files-reporter.js`],
  globalSetup: `${here}/global-setup.js`,
  globalTeardown: `${here}/global-teardown.js`,
  testEnvironment: `${here}/environment.js`,
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^@rekey/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '\\.[cm]?[jt]sx?$': `${here}/transformer.js` },
  transformIgnorePatterns: [`^${top}/dist/`, `/node_modules/(?!(${sharedPackages.join('|')})/)`],
};

export default config;
