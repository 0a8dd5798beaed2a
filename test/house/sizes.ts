import ts from 'typescript';
import { isCode, isGenerated, type Rule, type Source } from './source-tree.js';
import { findNodes } from './syntax.js';

const linesOf = ({ text }: Source): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Code, and the style sheets and scripts that go to a browser. */
const counted = (sources: readonly Source[]): Source[] =>
  sources.filter(
    (source) =>
      (isCode(source) || /^(apps|libs)\/.*\.(css|js|mjml)$/.test(source.path)) && !isGenerated(source),
  );

export function measure(sources: readonly Source[]): { files: number; median: number; upTo200: number } {
  const lines = counted(sources)
    .map(linesOf)
    .sort((one, other) => one - other);
  const short = lines.filter((count) => count <= 200).length;
  return {
    files: lines.length,
    median: lines[lines.length >> 1] ?? 0,
    upTo200: lines.length ? short / lines.length : 1,
  };
}

/** Most files are read without scrolling: median near 60 lines, nine in ten up to 200, none over 300. */
export const smallFiles: Rule = (sources) => {
  const { median, upTo200 } = measure(sources);
  const offences = counted(sources)
    .filter((source) => linesOf(source) > 300)
    .map(
      (source) => `${source.path} has ${linesOf(source)} lines, at most 300: more than one thing lives there`,
    );
  if (upTo200 < 0.9)
    offences.push(`only ${Math.round(upTo200 * 100)} % of the files have up to 200 lines, at least 90 %`);
  if (median > 90) offences.push(`the median file has ${median} lines, near 60 is meant`);
  return offences;
};

/** What is built from more than six things does more than one. */
export const fewConstructorParameters: Rule = (sources) =>
  sources
    .filter(isCode)
    .flatMap((source) =>
      findNodes(source, (node) =>
        ts.isConstructorDeclaration(node) && node.parameters.length > 6
          ? `a constructor with ${node.parameters.length} parameters, at most six`
          : undefined,
      ),
    );
