// Checks rendered Kubernetes resources: node .ci/kubernetes-check.mjs SCHEMAS FILE...
// SCHEMAS is a folder with node_modules/kubernetes-models and @kubernetes-models/prometheus-operator. Prints a line for each
// problem and ends with 1, also when a broken copy of the last file is not refused.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { breakages } from './kubernetes-breakages.mjs';
import { inconsistencies } from './kubernetes-consistency.mjs';

const [schemas, ...files] = process.argv.slice(2);
// YAML 1.1, as Kubernetes reads it: 0440 is octal.
const read = (file) =>
  parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' }).map((document) => document.toJS());
const nameOf = ({ kind, metadata }) => `${kind} ${metadata?.name}`;
/** A ConfigMap has a hash of its content at the end of its name. */
const withoutHash = ({ kind, metadata }) =>
  kind === 'ConfigMap' ? metadata.name.replace(/-[a-z\d]{10}$/, '') : metadata.name;
const modelOf = ({ apiVersion, kind }) => {
  const operator = apiVersion.startsWith('monitoring.coreos.com/');
  return `${operator ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}/${kind}`;
};

/** Required fields, types, formats and enumerations, by the generated validators. */
async function invalid(resource) {
  let model;
  try {
    const path = join(schemas, 'node_modules', `${modelOf(resource)}.js`);
    model = (await import(pathToFileURL(path).href))[resource.kind];
  } catch {
    return [`${nameOf(resource)}: there is no ${resource.kind} in ${resource.apiVersion}`];
  }
  try {
    new model(resource).validate();
    return [];
  } catch (fault) {
    return [`${nameOf(resource)}: ${fault.message}`];
  }
}

/** The validators let unknown fields pass, as the schemas do; the compiler refuses these in an object literal, and wrong types again. */
function mistyped(sets) {
  const owners = new Map();
  sets.forEach((resources, set) => {
    resources.forEach((resource, at) => {
      const file = join(schemas, `resource-${set}-${at}.ts`);
      const type = JSON.stringify(modelOf(resource));
      writeFileSync(
        file,
        `import type { I${resource.kind} as T } from ${type};\nexport const resource: T = ${JSON.stringify(resource, null, 2)};\n`,
      );
      owners.set(file, { set, resource });
    });
  });
  const program = ts.createProgram([...owners.keys()], {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2022.d.ts'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  const problems = sets.map(() => []);
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const owner = owners.get(file?.fileName);
    if (!owner) throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    problems[owner.set].push(
      `${nameOf(owner.resource)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  }
  return problems;
}

/** The problems of each set of resources, in their order. */
async function check(sets) {
  const byTypes = mistyped(sets);
  return Promise.all(
    sets.map(async (resources, set) => [
      ...(await Promise.all(resources.map(invalid))).flat(),
      ...byTypes[set],
      ...inconsistencies(resources),
    ]),
  );
}

const rendered = files.map(read);
const whole = rendered.at(-1);
const broken = breakages.map(({ breaks }) => {
  const copy = structuredClone(whole);
  breaks((kind, name) => {
    const found = copy.find((resource) => resource.kind === kind && withoutHash(resource) === name);
    if (!found) throw new Error(`no ${kind} ${name} to break`);
    return found;
  });
  return copy;
});
const problems = await check([...rendered, ...broken]);

const say = (line) => process.stdout.write(`${line}\n`);
let failed = false;
files.forEach((file, at) => {
  failed ||= problems[at].length > 0;
  say(`${basename(file)}: ${rendered[at].length} resources, ${problems[at].length} problems`);
  for (const problem of problems[at]) say(`  ${problem}`);
});
breakages.forEach(({ what, refusal }, at) => {
  const found = problems[files.length + at];
  if (found.some((problem) => refusal.test(problem))) return;
  failed = true;
  say(`not refused: ${what}; found: ${found.join('; ') || 'nothing'}`);
});
say(`${breakages.length} broken copies tried`);
process.exit(failed ? 1 : 0);
