import { pagesNameWhatExists } from './names-in-pages.js';

const file = (path: string, text: string) => ({ path, text });
const known = [
  file('docs/reference/metrics.md', '| `rekey_sweeps_total` | counter |'),
  file('docs/reference/settings.md', '| `REDIS_URL` | Redis |\n| `SMS_POLICY_FILE` | prices |'),
  file('libs/audit/src/events.ts', 'export const auditEvents = { recovery_started: {} };'),
  file('libs/database/src/migrations/5-recovery.ts', 'once_at'),
  file('docker/compose.yaml', 'POSTGRES_PASSWORD: postgres://rekey_app:'),
];
const offences = (text: string, path = 'docs/a.md') => pagesNameWhatExists([...known, file(path, text)]);

test.each([
  ['a metric, with a label', '`rekey_sweeps_total{outcome="failed"}`'],
  ['a setting, in prose and in a command', '`REDIS_URL`\n```sh\nREDIS_URL=redis://a npm start\n```'],
  ['a setting and a role of the containers only', '`POSTGRES_PASSWORD`, `rekey_app`'],
  ['the beginning of settings', 'those that begin with `SMS_`'],
  ['an audit event', '`recovery_started`'],
  ['words that are not in code', 'rekey_gone, GONE_URL and gone_event'],
  ["a command's own words and variables", '```sh\ncurl -d grant_type=a "$GONE_URL"\n```'],
])('good: %s', (_what, text) => {
  expect(offences(text)).toEqual([]);
});

test.each([
  ['a metric', 'See `rekey_gone_total`.', 'rekey_gone_total', 'metric'],
  ['a metric in a block', '```\nrate(rekey_gone_total[5m])\n```', 'rekey_gone_total', 'metric'],
  ['a setting', '`GONE_URL`', 'GONE_URL', 'setting'],
  ['a setting in a command', '```sh\nGONE_URL=a npm start\n```', 'GONE_URL', 'setting'],
  ['the beginning of no setting', '`GONE_`', 'GONE_', 'setting'],
  ['an audit event or an error code', '| `recovery_gone` | x |', 'recovery_gone', 'word in the code'],
  ['a name that only a migration remembers', '`once_at`', 'once_at', 'word in the code'],
])('bad: %s that does not exist', (_what, text, name, kind) => {
  for (const path of ['docs/a/b.md', 'README.md', 'libs/client/README.md'])
    expect(offences(`\n${text}`, path)).toEqual([
      expect.stringMatching(new RegExp(`^${path}:[234] names ${name}, and there is no such ${kind}$`)),
    ]);
  expect(offences(text, 'CHANGELOG.md')).toEqual([]);
});
