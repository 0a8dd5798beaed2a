import { execFile } from 'node:child_process';
import { MovableClock } from '@rekey/kernel';
import { people } from './people.js';
import { policyFile } from './policy-file.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

const day = 86_400_000;

interface Ended {
  exitCode: number;
  out: string;
  problems: string;
}

const policy = (words: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const command = ['dist/apps/standalone/src/rekey.js', 'policy', ...words];
    execFile(
      'node',
      command,
      { env: { PATH: process.env.PATH ?? '', ...environment } },
      (fault, out, problems) => resolve({ exitCode: fault ? Number(fault.code) : 0, out, problems }),
    );
  });

const rule = (name: string, hours: number, when: object) => ({ name, hours, when });

test('policy check names every problem of a file, a line each', async () => {
  const good = policyFile({ holds: [rule('new', 4, { newBrowser: true })] });
  expect(await policy(['check', good])).toEqual({
    exitCode: 0,
    out: 'the policy may be used\n',
    problems: '',
  });
  const bad = policyFile({ holds: [rule('new', 0, {}), rule('new', 4, { newBrowser: true })] });
  const { exitCode, out, problems } = await policy(['check', bad]);
  expect([exitCode, out]).toEqual([78, '']);
  expect(problems.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^rekey policy: .*policy\.json: holds\.0\.hours: /),
    expect.stringMatching(/^rekey policy: .*policy\.json: holds\.0\.when: needs at least one condition$/),
    ...(problems.includes('holds.1')
      ? [expect.stringMatching(/holds\.1\.name: "new" is the name of another rule/)]
      : []),
  ]);
  expect((await policy(['check'])).exitCode).toBe(64);
});

/** Weeks of recoveries, tried on other policies. */
describe('policy simulate', () => {
  const inForce = policyFile({
    holds: [rule('one', 8, { singleAddress: true }), rule('new', 2, { newBrowser: true, roles: ['staff'] })],
  });
  const rekey = useRekey({
    clock: new MovableClock(Date.now() - 20 * day),
    environment: { RECOVERY_POLICY_FILE: inForce },
  });
  const who = people(rekey);

  test('says what another file would have changed, and what could not be replayed', async () => {
    const mailOf = (id: string) => `${id}@example.com`;
    const one = (id: string) => [{ kind: 'email', value: mailOf(id), verified: true }];
    const recovered = async (id: string) => {
      newHousehold();
      const story = new Story(rekey);
      const { body } = await story.proveBy(mailOf(id));
      return { id: story.id, state: body.state };
    };
    await who.put('single', { addresses: one('single') });
    await who.put('staff', { roles: ['staff'] });
    await who.put('plain');
    const early = await recovered('single');
    rekey.clock.advance(10 * day);
    const single = await recovered('single');
    const staff = await recovered('staff');
    const plain = await recovered('plain');
    const older = await recovered('plain');
    expect([early, single, staff, plain].map(({ state }) => state)).toEqual([
      'held',
      'held',
      'held',
      'proven',
    ]);
    // As the release before has written it.
    await rekey.sql('alter table audit_events disable trigger user');
    await rekey.sql(`update audit_events set detail = detail - 'hold' where recovery_id = $1`, [older.id]);
    await rekey.sql('alter table audit_events enable trigger user');

    const other = policyFile({
      holdAfterStopHours: 0,
      holds: [
        rule('one', 24, { singleAddress: true }),
        rule('networks', 6, { newNetwork: true, singleAddress: false }),
      ],
    });
    const settings = {
      DATABASE_URL: rekey.settings.databaseUrl ?? '',
      RECOVERY_POLICY_FILE: inForce,
      REKEY_DATA_DIR: rekey.settings.dataDir,
    };
    const { exitCode, out, problems } = await policy(
      ['simulate', other, '--since', '12d', '--json'],
      settings,
    );
    expect([exitCode, problems]).toEqual([0, '']);
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      recoveries: 4,
      changed: 3,
      not_recorded: [older.id],
      in_force: { held: 2, hours: 10, by_rule: { holdAfterStop: 0, one: 1, new: 1 } },
      simulated: { held: 3, hours: 36, by_rule: { one: 1, networks: 2 } },
    });
    const of = ({ id }: { id: string }) =>
      report.replayed.find(({ recovery_id }: { recovery_id: string }) => recovery_id === id);
    expect(of(early)).toBeUndefined();
    expect(of(single)).toMatchObject({
      in_force: { hours: 8, rules: ['one'] },
      simulated: { hours: 24, rules: ['one'] },
    });
    expect(of(staff)).toMatchObject({
      recorded: { hours: 2, rules: ['new'] },
      simulated: { hours: 6, rules: ['networks'] },
    });
    expect(of(plain)).toMatchObject({
      in_force: { hours: 0, rules: [] },
      simulated: { hours: 6, rules: ['networks'] },
    });

    const told = await policy(['simulate', other], settings);
    expect(told.exitCode).toBe(0);
    expect(told.out).toContain(`${single.id}  8 h (one) -> 24 h (one)`);
    expect(told.out).toContain(`${plain.id}  not held -> 6 h (networks)`);
    expect(told.out).toMatch(
      /5 recoveries were decided.*\n4 of them would have been held differently\n1 could not be replayed/,
    );
    expect(told.out).toMatch(/hours of waiting +18 +60\n {2}by holdAfterStop +0 +-\n {2}by one +2 +2\n/);
  });
});
