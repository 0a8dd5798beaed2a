import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { readCommandLine } from './command-line.js';
import { commands } from './commands.js';

/**
 * `rekey COMMAND …` of the image, and what the scripts of `package.json` call. The command runs in this process, which stays the one that
 * the container knows, so it gets the signals. Nothing but Node.js is imported before it is known what to do.
 */
const top = new URL('../../../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', top), 'utf8')) as { version: string };
const [node = '', self = '', ...words] = process.argv;
const asked = readCommandLine(words, commands, version);

/**
 * The first process of a container has no default for a signal: without a listener it goes on. A process of ours adds its own when it
 * starts; until then, and for a command that only works and ends, this is it.
 */
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });

if ('run' in asked) {
  const file = commands[asked.run]?.file ?? '';
  // A command reads what was typed behind its name.
  process.argv = [node, self, ...asked.given];
  if (file.startsWith('dist/')) process.setSourceMapsEnabled(true);
  await import(new URL(file, top).href);
} else if ('say' in asked) {
  process.stdout.write(`${asked.say}\n`);
} else {
  process.stderr.write(`${asked.complain}\n`);
  process.exitCode = asked.exitCode;
}
