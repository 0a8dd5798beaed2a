import { kindsAreSpeltOnce } from './proof-kinds.js';

const file = (path: string, text: string) => ({ path, text });
const defined = [
  file(
    'libs/proofs/src/code/code.ts',
    "export const sent = {\n  id: 'code',\n  type: 'out-of-band',\n} as const;\n",
  ),
  file(
    'libs/proofs/src/totp/totp.ts',
    "export const totp = {\n  id: 'totp',\n  storage: 'secret',\n} as const;\n",
  ),
];
const offences = (path: string, text: string) => kindsAreSpeltOnce([...defined, file(path, text)]);

test.each([
  ['a comparison', "if (kind === 'totp') count();"],
  ['a word of a notification', "const change = 'totp_bound';"],
  ['SQL', "const text = `select from authenticators t where t.kind = 'totp'`;"],
  ['a path', "const path = '/account/totp';"],
  ['a map', 'const labels = { totp: 1 };'],
  ['a member', 'const label = labels.totp;'],
  ['a type', "type Kind = 'code' | 'totp';"],
  ['the keys of a type', 'interface Labels { totp: string }'],
])('a kind that is spelt in product code is found: %s', (_what, text) => {
  expect(offences('libs/recovery/src/a.ts', text)).toEqual([
    expect.stringMatching(/^libs\/recovery\/src\/a\.ts:1 spells totp: /),
  ]);
});

test.each([
  ['its object', 'libs/recovery/src/a.ts', "import { totp } from '@rekey/proofs';\nuse(totp.id);"],
  ['a longer word', 'libs/recovery/src/a.ts', "const word = 'totpish';"],
  ['an everyday word', 'libs/recovery/src/a.ts', "const grant = 'code';"],
  ['a wording', 'apps/recovery/src/pages/wording/en/proofs.ts', 'const en = { totp: 1 };'],
  ['a migration', 'libs/database/src/migrations/34-accounts-more.ts', "const kind = 'totp';"],
  ['a generated file', 'libs/client/src/proof-kinds.generated.ts', "export type Kind = 'totp';"],
  ['a spec', 'libs/recovery/src/a.spec.ts', "prove('totp');"],
])('good: %s', (_what, path, text) => {
  expect(offences(path, text)).toEqual([]);
});

test('a tree without kinds is found: the rule would watch over nothing', () => {
  expect(kindsAreSpeltOnce([file('libs/proofs/src/totp/totp.ts', 'export const totp = define();')])).toEqual([
    expect.stringContaining('libs/proofs defines no kind'),
  ]);
});
