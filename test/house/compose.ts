import { parse } from 'yaml';
import type { Rule } from './source-tree.js';

interface Service {
  image?: string;
  ports?: unknown;
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  mem_limit?: string;
  pids_limit?: number;
  logging?: object;
  healthcheck?: object;
  depends_on?: Record<string, { condition?: string }>;
  environment?: Record<string, string>;
  secrets?: string[];
}

interface Compose {
  services?: Record<string, Service>;
  secrets?: Record<string, { file?: string }>;
}

/** A setting as a container gets it. */
export interface Given {
  name: string;
  /** It comes as a file, in `NAME_FILE`. */
  secret: boolean;
}

/**
 * The compose file gives each process what it uses and nothing else, secrets as files, every limit, and one published port: the proxy's.
 *
 * @param servers processes that keep running
 * @param wanted what each service must be given, by its name
 * @param alsoAllowed names that any service may have, such as Node's own
 */
export const composeFits =
  (
    servers: readonly string[],
    wanted: Record<string, readonly Given[]>,
    alsoAllowed: readonly string[],
  ): Rule =>
  (sources) => {
    const text = sources.find(({ path }) => path === 'docker/compose.yaml')?.text;
    if (text === undefined) return ['docker/compose.yaml is missing'];
    const compose = (parse(text, { merge: true }) ?? {}) as Compose;
    const services = compose.services ?? {};
    const offences = [
      ...[...servers, ...Object.keys(wanted), 'postgres', 'redis', 'proxy']
        .filter((name, at, all) => !services[name] && all.indexOf(name) === at)
        .map((name) => `there is no service ${name}`),
      ...Object.entries(services).flatMap(([name, service]) => [
        ...wrongWithContainer(name, service),
        ...(servers.includes(name) ? wrongWithServer(name, service) : []),
        ...wrongWithSettings(name, service, wanted[name] ?? [], wanted[name] ? alsoAllowed : undefined),
      ]),
      ...wrongWithSecrets(compose),
    ];
    return offences.map((offence) => `docker/compose.yaml: ${offence}`);
  };

function wrongWithContainer(name: string, service: Service): string[] {
  const offences: string[] = [];
  const ours = /^(\$\{REKEY_IMAGE:-)?rekey\b/.test(service.image ?? '');
  if (!ours && !/:[\w.-]*\d+\.\d+/.test(service.image ?? ''))
    offences.push(`image ${service.image} is not pinned`);
  if (service.ports && name !== 'proxy') offences.push('publishes a port, and cannot have a second replica');
  if (service.read_only !== true) offences.push('can write to its file system');
  if (!service.cap_drop?.includes('ALL')) offences.push('has capabilities');
  for (const limit of ['mem_limit', 'pids_limit', 'logging'] as const)
    if (!service[limit]) offences.push(`has no ${limit}`);
  return offences.map((offence) => `${name} ${offence}`);
}

function wrongWithServer(name: string, { depends_on, restart = '', healthcheck }: Service): string[] {
  const offences: string[] = [];
  if (depends_on?.migrate?.condition !== 'service_completed_successfully')
    offences.push('does not wait for the migrations');
  if (!/^on-failure:\d+$/.test(restart)) offences.push('is not restarted on failure, or for ever');
  if (!healthcheck) offences.push('has no healthcheck; podman does not take that of the image');
  return offences.map((offence) => `${name} ${offence}`);
}

/** @param alsoAllowed undefined for a service that is not ours */
function wrongWithSettings(
  name: string,
  { environment = {}, secrets = [] }: Service,
  wanted: readonly Given[],
  alsoAllowed: readonly string[] | undefined,
): string[] {
  const variables = wanted.map((given) => (given.secret ? `${given.name}_FILE` : given.name));
  const files = Object.values(environment).filter((value) => String(value).startsWith('/run/secrets/'));
  const named = files.map((path) => path.slice('/run/secrets/'.length));
  const surplus = alsoAllowed
    ? Object.keys(environment).filter((given) => !variables.includes(given) && !alsoAllowed.includes(given))
    : [];
  return [
    ...variables
      .filter((variable) => !(variable in environment))
      .map((variable) => `is not given ${variable}`),
    ...surplus.map((variable) => `is given ${variable}, which it does not use`),
    ...named.filter((secret) => !secrets.includes(secret)).map((secret) => `has no secret ${secret}`),
    ...(alsoAllowed ? secrets.filter((secret) => !named.includes(secret)) : []).map(
      (secret) => `has the secret ${secret} for no setting`,
    ),
  ].map((offence) => `${name} ${offence}`);
}

function wrongWithSecrets({ services = {}, secrets = {} }: Compose): string[] {
  const used = Object.values(services).flatMap((service) => service.secrets ?? []);
  return [
    ...Object.entries(secrets)
      .filter(([name, { file }]) => file !== `./secrets/${name}`)
      .map(([name]) => `the secret ${name} is not the file of its name`),
    ...Object.keys(secrets)
      .filter((name) => !used.includes(name))
      .map((name) => `nobody uses the secret ${name}`),
    ...[...new Set(used)]
      .filter((name) => !secrets[name])
      .map((name) => `the secret ${name} is from nowhere`),
  ];
}

/** What the compose file takes from docker/.env is what docker/example.env offers, apart from former names. */
export const exampleIsComplete =
  (former: readonly string[]): Rule =>
  (sources) => {
    const text = (path: string) => sources.find((source) => source.path === path)?.text ?? '';
    const offered = [...text('docker/example.env').matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
    const taken = [...text('docker/compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
    const own = ['COMPOSE_PROFILES'];
    return [
      ...[...new Set(taken)]
        .filter((name) => !offered.includes(name) && !former.includes(name))
        .map((name) => `docker/example.env lacks ${name}, which docker/compose.yaml takes`),
      ...offered
        .filter((name) => !taken.includes(name) && !own.includes(name))
        .map((name) => `docker/example.env has ${name}, which docker/compose.yaml does not take`),
    ];
  };
