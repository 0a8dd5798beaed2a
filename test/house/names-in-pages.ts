import { isCode, type Rule, type Source } from './source-tree.js';

/** A kind of name that pages put in code, and the names that exist. */
interface Kind {
  what: string;
  form: RegExp;
  /** Fenced blocks show commands, which set variables and name metrics as prose does. Their other words belong to other tools. */
  inBlocks: boolean;
  exists: (name: string) => boolean;
}

/** A page that names something which is gone sends its reader to look for it: metrics, settings, audit events, error codes, members. */
export const pagesNameWhatExists: Rule = (sources) => {
  const kinds = kindsIn(sources);
  return sources
    .filter(({ path }) => /^(README|docs\/.*|libs\/client\/README)\.md$/.test(path))
    .flatMap((page) =>
      codeIn(page).flatMap(({ text, line, isBlock }) =>
        kinds
          .filter(({ inBlocks }) => inBlocks || !isBlock)
          .flatMap(({ what, form, exists }) =>
            [...text.matchAll(form)]
              .map(([name]) => name)
              .filter((name) => !exists(name))
              .map((name) => `${page.path}:${line} names ${name}, and there is no such ${what}`),
          ),
      ),
    );
};

function kindsIn(sources: readonly Source[]): Kind[] {
  const metrics = new Set(rowsOf(sources, 'docs/reference/metrics.md'));
  const settings = rowsOf(sources, 'docs/reference/settings.md');
  const wordsIn = (of: readonly Source[]) => new Set(of.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  const words = wordsIn(sources.filter(isSourceOfNames));
  /** The roles of the database begin like a metric. */
  const deployed = wordsIn(sources.filter(({ path }) => path.startsWith('docker/')));
  return [
    {
      what: 'metric',
      form: /\brekey_[a-z_]+\b/g,
      inBlocks: true,
      exists: (name) => metrics.has(name) || deployed.has(name),
    },
    {
      what: 'setting',
      // A name that ends in an underscore stands for all that begin with it.
      form: /(?<![\w$])[A-Z][A-Z\d]*_[A-Z\d_]*/g,
      inBlocks: true,
      exists: (name) =>
        words.has(name) ||
        settings.some((each) => (name.endsWith('_') ? each.startsWith(name) : each === name)),
    },
    {
      what: 'word in the code',
      form: /^(?!rekey_)[a-z]+(?:_[a-z\d]+)+$/g,
      inBlocks: false,
      exists: (name) => words.has(name),
    },
  ];
}

/** Where names come from. Migrations and the rules of the tree remember former ones. */
const isSourceOfNames = (source: Source): boolean =>
  (isCode(source) || /^docker\//.test(source.path) || /\.generated\.(sql|json)$/.test(source.path)) &&
  !/\/migrations\/|\/renamed-|^test\/house\//.test(source.path);

/** The first column of a generated reference, which a test compares with the code. */
const rowsOf = (sources: readonly Source[], path: string): string[] =>
  (sources.find((source) => source.path === path)?.text ?? '')
    .split('\n')
    .flatMap((line) => [...(/^\| (`[^|]+) \|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, name = '']) => name);

function codeIn({ text }: Source): { text: string; line: number; isBlock: boolean }[] {
  let isBlock = false;
  return text.split('\n').flatMap((whole, at) => {
    const line = at + 1;
    if (/^\s*```/.test(whole)) {
      isBlock = !isBlock;
      return [];
    }
    if (isBlock) return [{ text: whole, line, isBlock }];
    return [...whole.matchAll(/`([^`]+)`/g)].map(([, span = '']) => ({ text: span, line, isBlock }));
  });
}
