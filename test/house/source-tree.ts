import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One file of the house. Rules see nothing else, so a test can plant any house it likes. */
export interface Source {
  /** Relative to the top, with forward slashes. */
  path: string;
  text: string;
  /** Set where it matters that the file can be run. */
  executable?: boolean;
}

/** Reads the house and gives one sentence for each thing that is wrong, beginning with the place. */
export type Rule = (sources: readonly Source[]) => string[];

const top = fileURLToPath(new URL('../../', import.meta.url));

/** What tools write and git does not keep. */
const notOurs = /^(node_modules|dist|\.git|\.rekey|test-results)$|\.log$|^\.DS_Store$/;

/** Pictures and fonts: not text, so no rule reads them. */
export const isPicture = (name: string): boolean => /\.(png|ico|jpe?g|webp|woff2?)$/.test(name);

/** Every text file of the work tree, also one that is not committed yet. */
export function readTree(under = ''): Source[] {
  return readdirSync(top + under, { withFileTypes: true })
    .filter(({ name }) => !notOurs.test(name) && !isPicture(name))
    .flatMap((entry) => {
      const path = under + entry.name;
      if (entry.isDirectory()) return readTree(`${path}/`);
      if (!entry.isFile()) return [];
      return [
        {
          path,
          text: readFileSync(top + path, 'utf8'),
          executable: (statSync(top + path).mode & 0o100) !== 0,
        },
      ];
    });
}

export const isCode = ({ path }: Source): boolean => /^(apps|libs|test)\/.*\.tsx?$/.test(path);
export const isSpec = ({ path }: Source): boolean => /\.spec\.tsx?$/.test(path);
export const isGenerated = ({ path }: Source): boolean => path.includes('.generated.');

/** Code of the console's web app: what it imports is put into its files when it is built. */
export const isBundled = ({ path }: Source): boolean => path.startsWith('apps/console/web/');

/** Code that runs in production: apps and libs without their specs. */
export const isProduct = (source: Source): boolean =>
  isCode(source) && !isSpec(source) && !source.path.startsWith('test/');
