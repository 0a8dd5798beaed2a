import type { Rule, Source } from './source-tree.js';

const dockerfile = (sources: readonly Source[]): string =>
  sources.find(({ path }) => path === 'docker/Dockerfile')?.text.replace(/\\\n/g, ' ') ?? '';

/** One image, small, from pinned parts, with nobody in it who may do everything. */
export const imageIsSafe: Rule = (sources) => {
  const lines = dockerfile(sources)
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  if (lines.join('') === '') return ['docker/Dockerfile is missing'];
  const stages = lines.flatMap((line) => /^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line)?.slice(1) ?? []);
  const last = lines.slice(lines.findLastIndex((line) => /^FROM\s/i.test(line)));
  const user = last.findLast((line) => /^USER\s/i.test(line))?.split(/\s+/)[1] ?? 'root';
  const offences = stages
    .filter((_, index) => index % 2 === 0)
    .filter(
      (image) => !stages.includes(image, 1) && (!/:[\w.-]*\d+\.\d+/.test(image) || /:latest$/.test(image)),
    )
    .map((image) => `docker/Dockerfile: ${image} is not pinned to a version such as 20.20-bookworm-slim`);
  if (lines.filter((line) => /^FROM\s/i.test(line)).length < 2)
    offences.push('docker/Dockerfile: one stage; what builds would ship');
  if (/^(root|0)(:|$)/.test(user)) offences.push('docker/Dockerfile: the last stage runs as root');
  if (!last.some((line) => /^HEALTHCHECK\s+(?!NONE)/i.test(line)))
    offences.push('docker/Dockerfile: no HEALTHCHECK');
  if (!last.some((line) => /^ENV\s.*NODE_ENV=production/i.test(line)))
    offences.push('docker/Dockerfile: NODE_ENV is not production');
  if (lines.some((line) => /^(ENV|ARG)\s.*(SECRET|PASSWORD|KEYRING|TOKEN)\w*=\S/i.test(line))) {
    offences.push('docker/Dockerfile: a secret would be baked into the image');
  }
  return offences;
};

/** What a container starts is there: a file that `npm run build` makes. */
export const containersStartWhatExists: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith('docker/'))
    .flatMap(({ path, text }) =>
      [...new Set([...text.matchAll(/\bdist\/((?:apps|libs)\/[\w/-]+)\.js\b/g)].map(([, stem]) => stem))]
        .filter((stem) => !sources.some((source) => source.path === `${stem}.ts`))
        .map((stem) => `${path} starts dist/${stem}.js, and there is no ${stem}.ts`),
    );
