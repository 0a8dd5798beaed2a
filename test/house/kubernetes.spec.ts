import { randomBytes } from 'node:crypto';
import { loadSettings, type ProcessName, variables } from '@rekey/settings';
import { givenTo, type KnownVariables, literalsIn, resourcesIn, wrongVariables } from './pod-settings.js';
import { readTree } from './source-tree.js';

const files = readTree('docker/kubernetes/').filter(({ path }) => path.endsWith('.yaml'));
const resources = files.flatMap(({ text }) => resourcesIn(text));

/** Node.js reads it. */
const NODE_OPTIONS = {};
const known: KnownVariables = { NODE_OPTIONS, ...variables };

test.each(files)('$path gives settings that exist, and secrets as files', ({ text }) => {
  // The mounts of secrets are in a patch for every pod.
  const withMounts = resourcesIn(text).map((resource) => {
    for (const container of resource.spec?.template?.spec?.containers ?? [])
      container.volumeMounts ??= [{ name: 'secrets', mountPath: '/run/secrets/rekey' }];
    return resource;
  });
  expect(wrongVariables(withMounts, known)).toEqual([]);
});

describe('a wrong variable is found', () => {
  const deployment = (container: string, items = '[{ key: REDIS_URL, path: REDIS_URL }]') => `
kind: Deployment
metadata: { name: courier }
spec:
  template:
    spec:
      containers: [{ volumeMounts: [{ name: s, mountPath: /s }], ${container} }]
      volumes: [{ name: s, secret: { items: ${items} } }]`;
  const generator = (literal: string) => `
kind: Kustomization
configMapGenerator: [{ name: settings, literals: ["${literal}"] }]`;
  const offences = (text: string) => wrongVariables(resourcesIn(text), known);

  test.each([
    ['that does not exist', deployment('env: [{ name: REDIS_URI, value: a }]'), 'REDIS_URI is no setting'],
    [
      'with a file it cannot have',
      deployment('env: [{ name: SMS_FILE, value: a }]'),
      'SMS_FILE is no setting',
    ],
    ['in a ConfigMap', generator('SENDS=1'), 'SENDS is no setting'],
    ['that is a secret in a ConfigMap', generator('REDIS_URL=a'), 'REDIS_URL is a secret'],
    [
      'that is a secret',
      deployment('env: [{ name: REDIS_URL, value: a }]'),
      'REDIS_URL is not given as a file',
    ],
    [
      'from a Secret',
      deployment('env: [{ name: SMS, valueFrom: { secretKeyRef: {} } }]'),
      'SMS is not given as a file',
    ],
    [
      'of a whole Secret',
      deployment('envFrom: [{ secretRef: { name: rekey } }]'),
      'a Secret is given as variables',
    ],
    [
      'with the file of another',
      deployment(
        'env: [{ name: REDIS_URL_FILE, value: /s/REDIS_URL }]',
        '[{ key: SMTP_URL, path: REDIS_URL }]',
      ),
      'REDIS_URL is not mounted',
    ],
    ['with no file', deployment('env: [{ name: REDIS_URL_FILE, value: /s/R }]'), 'REDIS_URL is not mounted'],
  ])('%s', (_what, text, sentence) => {
    expect(offences(text)).toEqual([expect.stringContaining(sentence)]);
  });

  test('and a good one is allowed', () => {
    expect(offences(deployment('env: [{ name: REDIS_URL_FILE, value: /s/REDIS_URL }]'))).toEqual([]);
    expect(offences(generator('PRODUCT_NAME=a=b'))).toEqual([]);
  });
});

const processes = ['recovery', 'issuer', 'console', 'courier', 'migrate'];

/** Who may have what leads further than the process needs. */
test.each([
  ['DATABASE_ADMIN_URL', []],
  ['DATABASE_OWNER_URL', ['migrate']],
  ['MANAGEMENT_CLIENT_SECRET', ['issuer']],
  ['EXTERNAL_ISSUER_CLIENT_SECRET', ['recovery']],
  ['TWILIO_AUTH_TOKEN', ['recovery', 'courier']],
  ['SMTP_URL', ['courier']],
  ['WEBHOOK_SECRET', ['courier']],
  ['AUDIT_ANCHORS', ['courier']],
])('%s is for %j', (secret, keepers) => {
  expect(processes.filter((process) => givenTo(process, resources).secrets.includes(secret))).toEqual(
    keepers,
  );
});

test('the page about Kubernetes makes a file for every secret that is mounted, since a pod without one does not start', () => {
  const page = readTree('docs/operate/').find(({ path }) => path.endsWith('/kubernetes.md'))?.text ?? '';
  const [, made = ''] = /touch ([^)]*)\)/.exec(page) ?? [];
  const mounted = processes.flatMap((process) => givenTo(process, resources).secrets);
  expect(made.match(/\w+/g)?.sort()).toEqual([...new Set(mounted)].sort());
});

describe('with the values of the example', () => {
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://rekey_app:a@db/rekey',
    REDIS_URL: 'rediss://redis',
    REKEY_KEYRING: JSON.stringify([{ id: '2026', key: randomBytes(32).toString('base64url') }]),
    METRICS_TOKEN: 'a'.repeat(16),
    MANAGEMENT_CLIENT_SECRET: 'a'.repeat(16),
    TWILIO_AUTH_TOKEN: 'a'.repeat(32),
    SMTP_URL: 'smtps://mail',
  };
  const literalsOf = (folder: string) =>
    literalsIn(
      files.filter(({ path }) => path.includes(`/${folder}/`)).flatMap(({ text }) => resourcesIn(text)),
    );
  const [base, example] = [literalsOf('rekey'), literalsOf('example')];

  const environmentOf = (process: ProcessName): Record<string, string | undefined> => {
    const given = givenTo(process, resources);
    return Object.assign(
      { NODE_ENV: 'production' },
      ...given.configMaps.map((name) => ({ ...base[name], ...example[name] })),
      Object.fromEntries(given.secrets.map((name) => [name, secrets[name]])),
    );
  };

  test.each(['recovery', 'issuer', 'console', 'courier'] as const)('%s starts in production', (process) => {
    const environment = environmentOf(process);
    expect(loadSettings(environment, process)).toMatchObject({ production: true });
    const { DATABASE_URL: _database, ...others } = environment;
    expect(() => loadSettings(others, process)).toThrow(/DATABASE_URL: not set/);
  });
});
