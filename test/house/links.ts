import { posix } from 'node:path';
import { isPicture, type Rule, type Source } from './source-tree.js';

/** Files are renamed, and the pages that link to them are forgotten: every relative link must lead to a file or a folder. */
export const linksLeadToFiles: Rule = (sources) => {
  const exists = pathsOf(sources);
  return sources
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((page) =>
      linksIn(page).flatMap(({ target, line }) => {
        const path = pathOf(page, target);
        return path === undefined || exists.has(path)
          ? []
          : [`${page.path}:${line} links to ${target}, and there is no such file`];
      }),
    );
};

/** A page that no index names is found by nobody: each page of `docs` is linked from `docs/README.md` or from its folder's README. */
export const pagesAreIndexed: Rule = (sources) => {
  const pages = sources.filter(({ path }) => /^docs\/.*\.md$/.test(path));
  const isIndex = ({ path }: Source) => posix.basename(path) === 'README.md';
  const linked = new Set(
    pages.filter(isIndex).flatMap((index) => linksIn(index).map(({ target }) => pathOf(index, target))),
  );
  return pages
    .filter(({ path }) => path !== 'docs/README.md' && !linked.has(path))
    .map(({ path }) => `${path} is linked from no index: add it to docs/README.md`);
};

/** Every file, and every folder that holds one; the top itself is `.`. */
function pathsOf(sources: readonly Source[]): Set<string> {
  const paths = new Set(['.']);
  for (const { path } of sources) {
    for (let at = path; at !== '.'; at = posix.dirname(at)) paths.add(at);
  }
  return paths;
}

/** `[text](target)` and images, `[name]: target`, and the HTML that Markdown lets through. */
const linkForms = [
  /\]\(\s*<?([^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)/g,
  /^ {0,3}\[[^\]]+\]:\s*<?([^\s<>]+)/g,
  /\b(?:href|src)="([^"]+)"/g,
];

/** Links outside of code. A fenced block and a code span show text as it is. */
function linksIn({ text }: Source): { target: string; line: number }[] {
  let fence: string | undefined;
  return text.split('\n').flatMap((whole, index) => {
    const [, mark] = /^\s*(`{3,}|~{3,})/.exec(whole) ?? [];
    if (mark && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      return [];
    }
    if (fence !== undefined) return [];
    const prose = whole.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    return linkForms.flatMap((form) =>
      [...prose.matchAll(form)].map(([, target = '']) => ({ target, line: index + 1 })),
    );
  });
}

/** @returns undefined for another site, for a heading of the same page, and for pictures, which no rule reads */
function pathOf(page: Source, target: string): string | undefined {
  const [bare = ''] = target.split(/[?#]/);
  if (bare === '' || /^([a-z][a-z\d+.-]*:|\/\/)/i.test(bare) || isPicture(bare)) return undefined;
  const path = bare.includes('%') ? decoded(bare) : bare;
  const fromTop = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page.path), path);
  return posix.normalize(fromTop).replace(/(?<=.)\/$/, '');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
