import { asTyped } from './as-typed.js';

test.each([
  ['migrate', '', '/usr/local/bin/rekey', 'rekey migrate'],
  ['keys', 'rotate', '/usr/local/bin/rekey', 'rekey keys rotate'],
  ['migrate', '', '/app/dist/apps/standalone/src/rekey.js', 'npm run migrate'],
  ['keys', 'rotate', '/app/dist/apps/standalone/src/keys-command.js', 'npm run keys -- rotate'],
  ['keys', 'rotate', '', 'npm run keys -- rotate'],
])('%s %s, called as %s, is typed as %s', (command, rest, calledAs, typed) => {
  expect(asTyped(command, rest, calledAs)).toBe(typed);
});
