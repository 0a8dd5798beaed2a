import { describe, expect, test } from '@jest/globals';
import { renamedVariables, usersOf, variables } from '@rekey/settings';
import { composeFits, exampleIsComplete, type Given } from './compose.js';
import { readTree, type Source } from './source-tree.js';

const file = (path: string, text = ''): Source => ({ path, text });

/** What the image sets, and what only `npm start` reads. */
const ofTheImage = ['NODE_ENV', 'LISTEN_HOST', 'REKEY_DATA_DIR', 'MAILBOX_PORT'];
const servers = ['recovery', 'issuer', 'console', 'courier'] as const;
const commandsOf = {
  migrate: ['migrate'],
  roles: ['roles'],
  rekey: ['keys', 'import', 'tokens', 'policy'],
} as const;

/** Every setting that one of the processes uses. */
const settingsOf = (processes: readonly Parameters<typeof usersOf>[0][] | readonly string[]): Given[] =>
  Object.entries(variables)
    .filter(([name]) => !ofTheImage.includes(name) && !/^(RECOVERY|ISSUER|CONSOLE|COURIER)_PORT$/.test(name))
    .filter(([name]) =>
      usersOf(name as keyof typeof variables).some((user) => (processes as readonly string[]).includes(user)),
    )
    .map(([name, variable]) => ({ name, secret: 'secret' in variable && variable.secret === true }));

const wanted = Object.fromEntries([
  ...servers.map((name) => [name, settingsOf([name])]),
  ...Object.entries(commandsOf).map(([name, processes]) => [name, settingsOf(processes)]),
]) as Record<string, Given[]>;
const former = Object.keys(renamedVariables);

describe('the compose file of this house', () => {
  const tree = readTree('docker/');

  test('gives each process the settings that it uses, each secret as a file, and every limit', () => {
    expect(composeFits(servers, wanted, ['NODE_OPTIONS', 'LOG_LEVEL', ...former])(tree)).toEqual([]);
  });

  test('takes what example.env offers', () => {
    expect(exampleIsComplete(former)(tree)).toEqual([]);
  });

  test('every setting that is no secret is among them', () => {
    const given = new Set(Object.values(wanted).flatMap((all) => all.map(({ name }) => name)));
    const left = Object.keys(variables).filter((name) => !given.has(name) && !/_PORT$/.test(name));
    expect(left).toEqual(['NODE_ENV', 'REKEY_DATA_DIR', 'LISTEN_HOST']);
  });
});

describe('a compose file', () => {
  const good = `services:
  courier: &courier
    image: \${REKEY_IMAGE:-rekey}
    restart: on-failure:30
    read_only: true
    cap_drop: [ALL]
    mem_limit: 1g
    pids_limit: 9
    logging: { driver: local }
    healthcheck: { test: [CMD, rekey, health] }
    depends_on:
      migrate: { condition: service_completed_successfully }
    environment:
      MAIL: \${MAIL:-}
      SMTP_URL_FILE: /run/secrets/smtp_url
    secrets: [smtp_url]
  postgres: &theirs
    image: postgres:18.1
    read_only: true
    cap_drop: [ALL]
    mem_limit: 1g
    pids_limit: 9
    logging: { driver: local }
  redis: *theirs
  proxy:
    <<: *theirs
    ports: ["443:443"]
secrets:
  smtp_url: { file: ./secrets/smtp_url }
`;
  const settings = [
    { name: 'MAIL', secret: false },
    { name: 'SMTP_URL', secret: true },
  ];
  const compose = (text: string) =>
    composeFits(['courier'], { courier: settings }, [])([file('docker/compose.yaml', text)]);

  test('that is good is allowed', () => {
    expect(compose(good)).toEqual([]);
  });

  test.each([
    ['', 'there is no service courier'],
    [good.replace('  redis: *theirs\n', ''), 'there is no service redis'],
    [good.replace('postgres:18.1', 'postgres'), 'image postgres is not pinned'],
    [good.replace('    restart:', '    ports: ["1:1"]\n    restart:'), 'courier publishes a port'],
    [good.replace('    read_only: true\n', ''), 'courier can write to its file system'],
    [good.replace('    cap_drop: [ALL]\n', ''), 'courier has capabilities'],
    [good.replace('    mem_limit: 1g\n', ''), 'courier has no mem_limit'],
    [good.replace('    logging: { driver: local }\n', ''), 'courier has no logging'],
    [good.replace('on-failure:30', 'unless-stopped'), 'courier is not restarted on failure'],
    [good.replace('service_completed_successfully', 'service_started'), 'courier does not wait'],
    [good.replace(/ {4}healthcheck.*\n/, ''), 'courier has no healthcheck'],
    [good.replace(/ {6}MAIL:.*\n/, ''), 'courier is not given MAIL'],
    [good.replace('SMTP_URL_FILE', 'SMTP_URL'), 'courier is not given SMTP_URL_FILE'],
    [
      good.replace('      MAIL:', '      SMS: off\n      MAIL:'),
      'courier is given SMS, which it does not use',
    ],
    [good.replace('secrets: [smtp_url]', 'secrets: []'), 'courier has no secret smtp_url'],
    [good.replace('[smtp_url]', '[smtp_url, keyring]'), 'courier has the secret keyring for no setting'],
    [good.replace('./secrets/smtp_url', './other'), 'the secret smtp_url is not the file of its name'],
    [`${good}  more: { file: ./secrets/more }\n`, 'nobody uses the secret more'],
  ])('with a fault is refused, row %#', (text, sentence) => {
    expect(compose(text)).toContainEqual(expect.stringContaining(sentence));
  });

  test('that is missing is told', () => {
    expect(composeFits([], {}, [])([])).toEqual(['docker/compose.yaml is missing']);
  });

  test('that takes another variable than the example offers is refused', () => {
    const files = [
      file('docker/compose.yaml', `a: \${A:-}\nb: \${B}\n`),
      file('docker/example.env', 'COMPOSE_PROFILES=x\nA=\nC=\n# D=\n'),
    ];
    expect(exampleIsComplete([])(files)).toEqual([
      'docker/example.env lacks B, which docker/compose.yaml takes',
      'docker/example.env has C, which docker/compose.yaml does not take',
    ]);
    expect(exampleIsComplete(['B', 'C'])(files.slice(0, 1))).toEqual([
      'docker/example.env lacks A, which docker/compose.yaml takes',
    ]);
  });
});
