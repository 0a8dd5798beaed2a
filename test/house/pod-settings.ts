import { parseAllDocuments } from 'yaml';

/** What matters here of a variable of the settings. */
export type KnownVariables = Record<string, { meaning?: string; secret?: boolean }>;

interface Pod {
  containers: {
    env?: { name: string; value?: string; valueFrom?: unknown }[];
    envFrom?: { configMapRef?: { name: string }; secretRef?: unknown }[];
    volumeMounts?: { name: string; mountPath: string }[];
  }[];
  volumes?: { name: string; secret?: { items?: { key: string; path: string }[] } }[];
}

interface Resource {
  kind: string;
  metadata?: { name: string };
  spec?: { template?: { spec?: Pod } };
  configMapGenerator?: { name: string; literals?: string[] }[];
}

/** YAML 1.1, as Kubernetes reads it: `off` and `0440` are no texts. */
export const resourcesIn = (text: string): Resource[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Resource);

/** Settings by the ConfigMap that holds them, as the generators of one kustomization name them. */
export const literalsIn = (resources: readonly Resource[]): Record<string, Record<string, string>> =>
  Object.fromEntries(
    resources.flatMap(({ configMapGenerator = [] }) =>
      configMapGenerator.map(({ name, literals = [] }) => [
        name,
        Object.fromEntries(literals.map((literal) => literal.split(/=(.*)/s, 2) as [string, string])),
      ]),
    ),
  );

/** The ConfigMaps and the secrets that the process of this name gets. */
export function givenTo(process: string, resources: readonly Resource[]) {
  const pod = resources.find(
    ({ kind, metadata }) => /^(Deployment|Job)$/.test(kind) && metadata?.name === process,
  )?.spec?.template?.spec;
  const { envFrom = [], env = [] } = pod?.containers[0] ?? {};
  return {
    configMaps: envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
    secrets: env.map(({ name }) => name.replace(/_FILE$/, '')),
  };
}

/** One sentence for each variable that does not exist, and for each secret that is given otherwise than as a mounted file. */
export function wrongVariables(resources: readonly Resource[], variables: KnownVariables): string[] {
  const isSecret = (name: string) => variables[name]?.secret === true;
  const exists = (name: string) => name in variables || isSecret(name.replace(/_FILE$/, ''));
  return resources.flatMap((resource) => {
    const where = `${resource.kind} ${resource.metadata?.name ?? ''}`.trim();
    const literals = Object.values(literalsIn([resource])).flatMap((settings) => Object.keys(settings));
    const pod = resource.spec?.template?.spec;
    return [
      ...literals.flatMap((name) => {
        if (!exists(name)) return [`${where}: ${name} is no setting`];
        return isSecret(name) ? [`${where}: ${name} is a secret, and a ConfigMap is none`] : [];
      }),
      ...(pod?.containers ?? []).flatMap((container) => [
        ...(container.envFrom ?? [])
          .filter(({ secretRef }) => secretRef)
          .map(() => `${where}: a Secret is given as variables`),
        ...(container.env ?? []).flatMap(({ name, value, valueFrom }) => {
          const secret = name.replace(/_FILE$/, '');
          if (!exists(name)) return [`${where}: ${name} is no setting`];
          if (isSecret(name) || valueFrom) return [`${where}: ${name} is not given as a file`];
          if (!isSecret(secret) || mountedIn(pod as Pod, container).get(value ?? '') === secret) return [];
          return [`${where}: ${name} is ${value}, where ${secret} is not mounted`];
        }),
      ]),
    ];
  });
}

/** Keys of the Secret by the path of their file. */
const mountedIn = (
  { volumes = [] }: Pod,
  { volumeMounts = [] }: Pod['containers'][number],
): Map<string, string> =>
  new Map(
    volumeMounts.flatMap(({ name, mountPath }) =>
      (volumes.find((volume) => volume.name === name)?.secret?.items ?? []).map(
        ({ key, path }) => [`${mountPath}/${path}`, key] as const,
      ),
    ),
  );
