import { expectWritten } from '../../../test/written.js';
import { boundKinds, boundProofs, kindOfValue, proofChanges, proofKinds } from './registry.js';

const union = (kinds: readonly string[]) => kinds.map((kind) => `'${kind}'`).join(' | ');

test('the kinds in the SDK, which imports nothing of ours, are as written', () => {
  expectWritten(
    'libs/client/src/proof-kinds.generated.ts',
    `/** Written by "npm run written" from libs/proofs/src/registry.ts. Do not edit. */
export type ProofKind = ${union(proofKinds)};
export type SecondFactorKind = ${union(boundKinds)};
`,
  );
});

test('no two kinds share an id, a change or a path', () => {
  const paths = boundProofs.flatMap(({ setUp }) => [...new Set([setUp.api, setUp.page])]);
  for (const list of [proofKinds, proofChanges, paths]) expect(new Set(list).size).toBe(list.length);
});

test.each([
  ['012345', 'totp'],
  ['012 345', 'totp'],
  ['٠١٢\u200b٣٤٥', 'totp'],
  ['012–345', 'totp'],
  ['Your code is 012345.', 'totp'],
  ['Backup code: AB12-34CD-1234-5678', 'backup_code'],
  ['1234-5678-1234-5678', 'backup_code'],
  ['ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ－ＰＱＲＳ', 'backup_code'],
  ['ABCD-EFGH-JKMN-PQRS', 'backup_code'],
  ['abcd efgh jkmn pqrs', 'backup_code'],
  ['12345', 'backup_code'],
  ['', 'backup_code'],
])('where one field is for all kinds, %j is tried as %s', (value, kind) => {
  expect(kindOfValue(value)).toBe(kind);
});
