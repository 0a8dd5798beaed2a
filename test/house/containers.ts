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

/** The blocks under `services:`, by name, anchors put in; enough of YAML for a file that this house writes itself. */
export function servicesOf(compose: string): Map<string, string> {
  const anchors = new Map(
    [...compose.matchAll(/^x-[\w-]+: &([\w-]+)\n((?: .*\n|\n)+)/gm)].map(([, name = '', block = '']) => [
      name,
      block,
    ]),
  );
  const body = /^services:\n([\s\S]*?)(?=^\S|$(?![\s\S]))/m.exec(compose)?.[1] ?? '';
  const blocks = body.split(/^ {2}(?=[\w-]+:)/m).slice(1);
  return new Map(
    blocks.map((block) => {
      const merged = [...block.matchAll(/: \*([\w-]+)/g)].map(([, name = '']) =>
        anchors.get(name)?.replace(/^/gm, '  '),
      );
      return [block.slice(0, block.indexOf(':')), [block, ...merged].join('\n')];
    }),
  );
}

/** What a container starts is there: a file that `npm run build` makes. */
export const containersStartWhatExists: Rule = (sources) =>
  sources
    .filter(({ path }) => path.startsWith('docker/'))
    .flatMap(({ path, text }) =>
      [...new Set([...text.matchAll(/\bdist\/((?:apps|libs)\/[\w/-]+)\.js\b/g)].map(([, stem]) => stem))]
        .filter((stem) => !sources.some((source) => source.path === `${stem}.ts`))
        .map((stem) => `${path} starts dist/${stem}.js, and there is no ${stem}.ts`),
    );

/** @param processes those that a deployment is made of */
export const everyProcessHasAContainer =
  (processes: readonly string[]): Rule =>
  (sources) => {
    const compose = sources.find(({ path }) => path === 'docker/compose.yaml')?.text;
    if (compose === undefined) return ['docker/compose.yaml is missing'];
    const services = servicesOf(compose);
    const wanted = [...processes, 'roles', 'migrate', 'postgres', 'redis'];
    return [
      ...wanted
        .filter((name) => !services.has(name))
        .map((name) => `docker/compose.yaml has no service ${name}`),
      ...[...services].flatMap(([name, block]) => wrongWithService(name, block, processes.includes(name))),
      ...[...services].flatMap(([name, block]) => knowsTooMuch(name, block)),
    ];
  };

function wrongWithService(name: string, block: string, isProcess: boolean): string[] {
  const offences: string[] = [];
  const [, image] = /^ {4}image:\s*(\S+)/m.exec(block) ?? [];
  if (image && !image.startsWith('rekey') && !/:[\w.-]*\d/.test(image))
    offences.push(`image ${image} is not pinned`);
  if (/NODE_ENV:\s*['"]?(?!production)\w/.test(block)) offences.push('NODE_ENV is not production');
  // An optional one may be passed on: the process that needs it names it.
  const given =
    /^ +\w*(?:SECRET|PASSWORD|KEYRING|AUTH_TOKEN)\w*: *(?!\$\{\w+:\?|\$\{\w+:-\}$|\/run\/secrets\/)\S/m;
  if (given.test(block))
    offences.push('a secret has a value or a default here; require it, with a word on why');
  if (isProcess && !/migrate:\s*\n?\s*\{?\s*condition:\s*service_completed_successfully/.test(block)) {
    offences.push('does not wait for the migrations');
  }
  if (isProcess && !/restart:/.test(block)) offences.push('is not restarted when it ends');
  return offences.map((offence) => `docker/compose.yaml, ${name}: ${offence}`);
}

/** Who may have what leads to a role that can do more than work, or signs for the courier. */
const keepers: Record<string, readonly string[]> = {
  DATABASE_OWNER_URL: ['migrate', 'roles'],
  DATABASE_OWNER_PASSWORD: ['migrate', 'roles'],
  DATABASE_ADMIN_URL: ['roles'],
  POSTGRES_PASSWORD: ['roles', 'postgres'],
  WEBHOOK_SECRET: ['courier'],
};

const knowsTooMuch = (name: string, block: string): string[] =>
  Object.entries(keepers)
    .filter(([secret, services]) => new RegExp(`\\b${secret}\\b`).test(block) && !services.includes(name))
    .map(
      ([secret]) => `docker/compose.yaml, ${name}: is given ${secret}, which is for ${keepers[secret]} alone`,
    );
