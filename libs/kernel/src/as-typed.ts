import { basename } from 'node:path';

/**
 * A command of ours, as a person types it where this process runs: `rekey keys rotate` in the image, `npm run keys -- rotate` in a clone.
 *
 * @param calledAs the file that Node.js was told to run; the image has a link `rekey`
 */
export function asTyped(command: string, rest = '', calledAs = process.argv[1] ?? ''): string {
  const inImage = basename(calledAs) === 'rekey';
  return [inImage ? `rekey ${command}` : `npm run ${command}`, ...(rest && !inImage ? ['--'] : []), rest]
    .join(' ')
    .trim();
}
