import type { Config } from 'jest';
import { byLength } from './length.js';
import { sharedPackages, top } from './shared-modules.js';

const here = import.meta.dirname;

/** The values of `REKEY_TESTS`; without it, everything runs that needs only Node.js. */
const suites: Record<string, { testMatch: string[]; testPathIgnorePatterns?: string[] }> = {
  all: {
    testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
    testPathIgnorePatterns: [
      '/node_modules/',
      '<rootDir>/test/(browser|bench|redis)/',
      '\\.long\\.spec\\.ts$',
    ],
  },
  /** Campaigns at full length, which have a short form in `all`, and specs that wait for real seconds. */
  long: { testMatch: ['**/*.campaign.spec.ts', '**/*.long.spec.ts'] },
  /** Needs Chromium. */
  browser: { testMatch: ['<rootDir>/test/browser/**/*.spec.ts'] },
  /** Takes the pictures of a page of the documentation, in Chromium. */
  pictures: { testMatch: ['<rootDir>/test/browser/*-pictures.ts'] },
  /** Needs redis-server. */
  redis: { testMatch: ['<rootDir>/test/redis/**/*.spec.ts'] },
};

const config: Config = {
  rootDir: top,
  roots: ['apps', 'libs', 'test'].map((folder) => `<rootDir>/${folder}`),
  ...suites[process.env.REKEY_TESTS ?? 'all'],
  // The only limit of a test: it ends a test that hangs, and does not measure speed, which depends on the machine.
  testTimeout: byLength(600_000, 1_800_000),
  maxWorkers: 2,
  reporters: ['default', `${here}/slow-files-reporter.js`],
  globalSetup: `${here}/global-setup.js`,
  globalTeardown: `${here}/global-teardown.js`,
  testEnvironment: `${here}/environment.js`,
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^@rekey/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '\\.[cm]?[jt]sx?$': `${here}/transformer.js` },
  transformIgnorePatterns: [`^${top}/dist/`, `/node_modules/(?!(${sharedPackages.join('|')})/)`],
};

export default config;
