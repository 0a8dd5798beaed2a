import ts from 'typescript';
import { isCode, type Rule } from './source-tree.js';
import { findNodes } from './syntax.js';

/** A drawer's name says nothing of what is in it, so everything ends up there. */
const drawers = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'core',
  'base',
  'manager',
  'managers',
  'types',
  'constants',
  'misc',
  'lib',
];

/** Also as the end of a longer name: `session-manager`, `string-utils`. */
const drawerEnding = /-(utils?|helpers?|managers?|types|constants|misc)$/;

/** Names that tools look for as they are. */
const givenNames = ['Dockerfile', 'LICENSE'];

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Of `apps`, `libs` and `test`: kebab-case, in the field's own words. */
export const goodNames: Rule = (sources) => {
  const paths = sources.map(({ path }) => path).filter((path) => /^(apps|libs|test|docker)\//.test(path));
  const parts = new Set(
    paths.flatMap((path) => path.split('/').map((_, depth, all) => all.slice(0, depth + 1).join('/'))),
  );
  return [...parts].sort().flatMap((path) => wrongWithName(path));
};

function wrongWithName(path: string): string[] {
  const name = path.split('/').at(-1) ?? '';
  const isFolderOrCode = !name.includes('.') || /\.(tsx?|js|css|mjml)$/.test(name);
  if (!isFolderOrCode || givenNames.includes(name)) return [];
  const [stem = '', ...endings] = name.split('.');
  if (![stem, ...endings].every((word) => kebab.test(word))) return [`${path} is not in kebab-case`];
  if (drawers.includes(stem) || drawerEnding.test(stem)) return [`${path} is a drawer: name what is in it`];
  return [];
}

/** The same for classes: a Manager or a Helper has no verb. */
export const goodClassNames: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) =>
    findNodes(source, (node) => {
      if (!ts.isClassDeclaration(node) || !node.name) return undefined;
      const vague = /(Manager|Helpers?|Utils?|Base)$|^Base[A-Z]/.test(node.name.text);
      return vague ? `class ${node.name.text} is a drawer: name what it does` : undefined;
    }),
  );
