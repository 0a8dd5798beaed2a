/**
 * The deployment of docker/, proven from outside: recoveries by mail and SMS through the proxy, two replicas of everything, a
 * restart of PostgreSQL, a rolling update under requests, a backup that is restored, and a clean end.
 *   prove.mjs SCRATCH ADDRESS     SCRATCH/tree is a clone, ADDRESS how containers reach this machine
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { deployment } from './deployment.mjs';
import { startDoubles } from './doubles.mjs';
import { person } from './person.mjs';

const [scratch, address] = process.argv.slice(2);
const processes = ['recovery', 'issuer', 'console', 'courier'];
const urls = {
  recovery: 'https://recover.rekey.test',
  issuer: 'https://issuer.rekey.test',
  console: 'https://console.rekey.test',
};
const stack = deployment(join(scratch, 'tree'));
const { compose, docker, inspect } = stack;
const outside = await startDoubles({ host: address, smtpPort: 2525, twilioPort: 2526 });

const from = Date.now();
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(0)} s`;
const say = (text) => process.stdout.write(`${text}\n`);
let done = 0;
async function step(name, act) {
  const began = Date.now();
  const said = await act();
  done++;
  say(`ok ${done}: ${name}${said ? `: ${said}` : ''} (${seconds(began)})`);
}

/** Tries again until it works, for a minute. */
async function eventually(act) {
  for (const until = Date.now() + 60_000; ; ) {
    try {
      return await act();
    } catch (fault) {
      if (Date.now() > until) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** For a container's Node.js: how many requests of pages it has served. */
const countOfRequests = `
  const response = await fetch('http://127.0.0.1:8080/metrics', { headers: { authorization: 'Bearer ' + process.argv[1] } });
  const counts = [...(await response.text()).matchAll(/^http_request_duration_seconds_count.*recover.* (\\d+)$/gm)];
  console.log(counts.reduce((sum, [, count]) => sum + Number(count), 0));`;

let someone;
const people = ['ada', 'grace', 'edith', 'mary', 'joan', 'lise', 'emmy'];
const mailOf = (name) => `${name}@example.com`;
const phone = '+12025550123';

try {
  await step('what is missing is named at once', async () => {
    const { code, said } = await stack.prepare();
    assert.equal(code, 78);
    for (const name of [
      'RECOVERY_URL',
      'ISSUER_URL',
      'CONSOLE_URL',
      'MAIL_FROM',
      'smtp_url',
      'twilio_auth_token',
    ])
      assert.match(said, new RegExp(name));
    stack.set({
      RECOVERY_URL: urls.recovery,
      ISSUER_URL: urls.issuer,
      CONSOLE_URL: urls.console,
      MAIL_FROM: 'Rekey <no-reply@example.com>',
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_FROM: '+12025550100',
      TWILIO_API_URL: `http://${address}:2526`,
    });
    stack.setSecret('smtp_url', `smtp://${address}:2525`);
    stack.setSecret('twilio_auth_token', '2'.repeat(32));
    assert.equal((await stack.prepare()).code, 0);
  });

  await step('everything comes up and is healthy', async () => {
    await compose('up', '--build', '--wait');
    const health = await Promise.all(
      processes.map(async (name) => inspect((await stack.containers(name))[0], '{{.State.Health.Status}}')),
    );
    assert.deepEqual(
      health,
      processes.map(() => 'healthy'),
    );
  });

  await step('the proxy leads to each process', async () => {
    someone = person({ address, ca: stack.secret('authority.pem'), urls, textsTo: outside.textsTo });
    for (const url of Object.values(urls))
      await eventually(async () => {
        const { status, body } = await someone.call('GET', `${url}/health/ready`);
        assert.deepEqual([status, body], [200, { status: 'ok' }]);
      });
  });

  await step('accounts are imported with the command', async () => {
    const account = (id) => ({
      id,
      addresses: [
        { kind: 'email', value: mailOf(id), verified: true },
        ...(id === 'ada' ? [{ kind: 'phone', value: phone, verified: true }] : []),
      ],
    });
    stack.give('people.ndjson', people.map((id) => JSON.stringify(account(id))).join('\n'));
    return compose('run', '--rm', '-T', 'rekey', 'accounts', 'import', '/files/people.ndjson');
  });

  await step('a recovery by mail ends with credentials', async () => {
    const { refresh_token } = await someone.recover(mailOf('ada'));
    assert.equal((await someone.refresh(refresh_token)).status, 200);
  });
  await step('a recovery by SMS ends with credentials', () => someone.recover(phone).then(() => ''));

  await step('no secret is in what docker inspect shows', async () => {
    const shown = await inspect((await docker('ps', '--all', '--quiet')).split('\n')[0], '{{json .Config}}');
    assert.match(shown, /_FILE=/);
    const all = await docker('inspect', ...(await docker('ps', '--all', '--quiet')).split('\n'));
    for (const name of [
      'postgres_password',
      'database_url',
      'redis_url',
      'keyring',
      'management_client_secret',
      'metrics_token',
    ])
      assert.ok(!all.includes(stack.secret(name)), name);
  });

  await step('two of each process', async () => {
    await compose(
      'up',
      '--wait',
      '--no-build',
      '--no-recreate',
      ...processes.flatMap((name) => ['--scale', `${name}=2`]),
    );
    for (const name of processes) assert.equal((await stack.containers(name)).length, 2, name);
    await someone.recover(mailOf('grace'));
    await eventually(async () => {
      await Promise.all(Array.from({ length: 20 }, () => someone.call('GET', `${urls.recovery}/recover`)));
      for (const container of await stack.containers('recovery')) {
        const seen = await docker(
          'exec',
          container,
          'node',
          '--input-type=module',
          '-e',
          countOfRequests,
          stack.secret('metrics_token'),
        );
        assert.ok(Number(seen) > 0, `requests of ${container}: ${seen}`);
      }
    });
  });

  const memory = await docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}');
  say(`idle memory:\n  ${memory.split('\n').sort().join('\n  ')}`);

  await step('PostgreSQL restarts, and no process does', async () => {
    const started = () =>
      Promise.all(
        processes.map(async (name) =>
          Promise.all(
            (await stack.containers(name)).map((container) => inspect(container, '{{.State.StartedAt}}')),
          ),
        ),
      );
    const before = await started();
    await compose('restart', 'postgres');
    await eventually(() => someone.recover(mailOf('edith')));
    assert.deepEqual(await started(), before);
  });

  await step('both recovery containers are replaced under requests, and none fails', async () => {
    const before = await stack.containers('recovery');
    let rolling = true;
    let answered = 0;
    const failed = [];
    const client = async (path, options) => {
      while (rolling) {
        const { status } = await someone
          .call(options ? 'POST' : 'GET', `${urls.recovery}${path}`, options)
          .catch((fault) => ({ status: `${fault.message} ${fault.cause?.code ?? ''}` }));
        if (Number(status) < 500) answered++;
        else failed.push(`${path} ${status}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const recoveries = async () => {
      for (const name of ['mary', 'joan', 'lise']) {
        if (!rolling) break;
        await someone.recover(mailOf(name)).catch((fault) => failed.push(`${name} ${fault.message}`));
        await new Promise((resolve) => setTimeout(resolve, 10_000));
      }
    };
    const clients = [
      client('/recover'),
      client('/health/live'),
      client('/v1/recoveries', { json: {} }),
      client('/v1/recoveries/none/proofs', { json: { kind: 'code', value: '12345678' } }),
      recoveries(),
    ];
    await stack.roll('recovery');
    rolling = false;
    await Promise.all(clients);
    const after = await stack.containers('recovery');
    assert.equal(after.length, 2);
    assert.ok(!after.some((container) => before.includes(container)));
    assert.deepEqual(failed, []);
    return `${answered} requests`;
  });

  const dump = join(scratch, 'rekey.dump');
  let kept;
  await step('a backup is made', async () => {
    kept = await someone.recover(mailOf('emmy'));
    const output = openSync(dump, 'w');
    await stack.piped('postgres', ['pg_dump', '--username=rekey', '--format=custom', 'rekey'], { output });
    closeSync(output);
  });

  await step('another keyring does not read it', async () => {
    stack.give('other.json', JSON.stringify([{ id: 'other', key: randomBytes(32).toString('base64url') }]));
    const said = await compose(
      'run',
      '--rm',
      '-T',
      '-e',
      'REKEY_KEYRING_FILE=/files/other.json',
      'rekey',
      'keys',
      'status',
    ).catch(({ stdout, stderr }) => stdout + stderr);
    assert.match(said, /NOT IN THE KEYRING/);
  });

  await step('all data is lost, and the backup restored on new servers', async () => {
    await compose('down', '--volumes');
    await compose('up', '--wait', 'postgres', 'redis');
    await compose('run', '--rm', '-T', 'roles');
    const input = openSync(dump, 'r');
    await stack.piped('postgres', ['pg_restore', '--username=rekey', '--dbname=rekey', '--exit-on-error'], {
      input,
    });
    closeSync(input);
    await compose('up', '--wait', '--no-build');
    await eventually(async () => assert.equal((await someone.refresh(kept.refresh_token)).status, 200));
    await someone.recover(mailOf('lise'));
    assert.doesNotMatch(await compose('run', '--rm', '-T', 'rekey', 'keys', 'status'), /NOT IN THE KEYRING/);
  });

  await step('everything ends cleanly', async () => {
    const containers = (await Promise.all(processes.map(stack.containers))).flat();
    await compose('stop');
    const codes = await Promise.all(
      containers.map((container) => inspect(container, '{{.State.ExitCode}} {{.State.OOMKilled}}')),
    );
    assert.deepEqual(
      codes,
      containers.map(() => '0 false'),
    );
    await compose('down', '--volumes');
  });

  say(`image: ${(Number(await inspect('rekey', '{{.Size}}')) / 1e6).toFixed(0)} MB on the stand-in base`);
  say(`${done} steps, ${seconds(from)}`);
} catch (fault) {
  say(`after ${done} steps: ${fault.message}\n${fault.stderr ?? ''}`);
  const ps = await compose('ps', '--all').catch(() => '');
  const logs = await compose('logs', '--no-color', '--tail', '25').catch(() => '');
  say(`${ps}\n${logs}`);
  process.exitCode = 1;
} finally {
  outside.close();
  someone?.close();
  await compose('down', '--volumes', '--timeout', '5').catch(() => '');
}
