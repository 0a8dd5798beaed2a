import { existsSync, readFileSync } from 'node:fs';
import { readCommandLine } from './command-line.js';
import { commands } from './commands.js';

const read = (...words: string[]) => readCommandLine(words, commands, '1.2.3');

test.each([
  [['recovery'], { run: 'recovery', given: [] }],
  [['keys', 'status'], { run: 'keys', given: ['status'] }],
  [['tokens', 'diagnose', '-', '--json'], { run: 'tokens', given: ['diagnose', '-', '--json'] }],
  [['--version'], { say: 'rekey 1.2.3', exitCode: 0 }],
  [['help'], { say: expect.stringMatching(/^usage: rekey COMMAND\n/), exitCode: 0 }],
  [
    ['accounts', '--help'],
    { say: expect.stringMatching(/^usage: rekey accounts import FILE\n/), exitCode: 0 },
  ],
  // A process that does not know what it was given must not start and look as if it did.
  [
    ['courier', '--port', '80'],
    { complain: 'rekey courier: takes no arguments, read "--port 80"', exitCode: 64 },
  ],
])('rekey %j', (words, asked) => {
  expect(read(...words)).toEqual(asked);
});

test.each([
  ['recvery', 'do you mean "rekey recovery"?'],
  ['isuer', 'do you mean "rekey issuer"?'],
  ['Migrate', 'do you mean "rekey migrate"?'],
  ['token', 'do you mean "rekey tokens"?'],
  // What the image was given before it had commands.
  ['dist/apps/courier/src/main.js', 'do you mean "rekey courier"?'],
  ['serve', '"rekey --help" lists all'],
  ['co', '"rekey --help" lists all'],
  ['constructor', '"rekey --help" lists all'],
])('an unknown command is refused: %s', (word, hint) => {
  const complain = `rekey: there is no command ${JSON.stringify(word)}; ${hint}`;
  expect(read(word)).toEqual({ complain, exitCode: 64 });
});

test('without a command, all are listed, each with its meaning', () => {
  const asked = read();
  const list = 'complain' in asked ? asked.complain : '';
  for (const [name, { means }] of Object.entries(commands))
    expect(list).toMatch(new RegExp(`^ {2}${name}\\b[^\\n]*(\\n +)? ${means}$`, 'm'));
});

describe('the table', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

  test.each(Object.entries(commands))('%s runs a file that the build makes', (_name, { file }) => {
    expect(existsSync(file)).toBe(true);
  });

  test.each(Object.keys(commands).filter((name) => name !== 'health'))(
    'npm runs %s as the image does',
    (name) => {
      const script = scripts[`start:${name}`] ?? scripts[name] ?? '';
      expect(script).toMatch(new RegExp(`node dist/apps/standalone/src/rekey\\.js ${name}$`));
    },
  );
});
