import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, newKey, oldKey, useLog } from '../../../../test/flows/audit-log.js';

interface Ended {
  code: number;
  out: string;
  err: string;
}

describe('npm run audit', () => {
  const log = useLog();
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekey-audit-'));
  });

  /** `verify` and `prove` have no settings: they run on any machine. */
  const run = (given: string[], settings: Record<string, string> = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const environment = { PATH: process.env.PATH ?? '', ...settings };
      execFile(
        process.execPath,
        ['dist/apps/standalone/src/audit-command.js', ...given],
        { env: environment },
        (fault, out, err) => resolve({ code: fault ? Number(fault.code) : 0, out, err }),
      );
    });
  const settings = () => ({
    DATABASE_URL: log.urls().url,
    REKEY_DATA_DIR: folder,
    REKEY_KEYRING: JSON.stringify([{ id: oldKey.id, key: oldKey.key.toString('base64url') }]),
  });
  const exported = async (size = 3) => {
    for (const person of ['ada', 'bea', 'ada']) await log.record(person);
    await log.sealUntil(size);
    await writeFile(at('keys'), (await run(['keys'], settings())).out);
    await writeFile(at('anchor'), `${await log.lastNote()}\n`);
    expect(await run(['export', at('log')], settings())).toMatchObject({ code: 0, err: '' });
  };
  const independent = (file: string): Promise<Ended> =>
    new Promise((resolve) => {
      const anchor = existsSync(at('anchor')) ? [at('anchor')] : [];
      const given = ['docs/operate/verify-audit.mjs', at(file), at('keys'), ...anchor];
      execFile(process.execPath, given, (fault, out, err) =>
        resolve({ code: fault ? Number(fault.code) : 0, out, err }),
      );
    });
  const verify = (file: string, ...more: string[]) =>
    run(['verify', at(file), '--keys', at('keys'), ...more]);

  test('exports the log, verifies it without settings, and names what was altered', async () => {
    await exported();
    expect(await verify('log', '--anchors', at('anchor'))).toEqual({
      code: 0,
      err: '',
      out: `${keys.origin}: positions 0 to 2, 3 events as sealed, 1 signed head, 1 of 1 head of anchors: intact\n`,
    });
    expect((await verify('log')).out).toContain('without the heads of an anchor nobody can tell');
    await writeFile(
      at('edited'),
      (await readFile(at('log'), 'utf8')).replace('"actor":"person"', '"actor":"system"'),
    );
    const edited = await verify('edited', '--anchors', at('anchor'));
    expect(edited).toMatchObject({ code: 1, out: expect.stringMatching(/^edited at 0: .*\n.*ALTERED\n$/) });
    expect(JSON.parse((await verify('edited', '--json')).out)).toMatchObject({
      findings: [{ kind: 'edited', position: 0 }],
    });
  });

  test('agrees with the verifier of the documentation, which has no code of ours', async () => {
    await exported();
    await log.record();
    await log.sealUntil(4);
    await run(['export', at('log')], settings());
    expect(await independent('log')).toEqual({
      code: 0,
      out: `${keys.origin}: positions 0 to 3 are as sealed\n`,
      err: '',
    });
    const text = await readFile(at('log'), 'utf8');
    await writeFile(at('edited'), text.replace('"actor":"person"', '"actor":"system"'));
    expect(await independent('edited')).toMatchObject({ code: 1, out: 'position 0: not what was sealed\n' });
    await writeFile(at('anchor'), `${await log.lastNote()}\n`);
    const lines = text.trimEnd().split('\n');
    const cut = [...lines.slice(0, 4), JSON.stringify({ type: 'end', lines: 5 })];
    await writeFile(at('cut'), `${cut.join('\n')}\n`);
    expect((await independent('cut')).out).toContain('the log ends at 3, before the head of an anchor');
  });

  test('reads an event with ends of lines that are not a line feed', async () => {
    await log.tamper(
      `insert into audit_events (id, at, event, actor, detail) values (gen_random_uuid(), now(), 'recovery_released', 'system', $1)`,
      [JSON.stringify({ reason: 'a\u2028b\u2029c\u0085d' })],
    );
    await log.sealUntil(1);
    await exported(4);
    expect(await readFile(at('log'), 'utf8')).toContain('a\u2028b\u2029c\u0085d');
    expect(await verify('log', '--anchors', at('anchor'))).toMatchObject({ code: 0, err: '' });
    expect(await independent('log')).toMatchObject({ code: 0 });
    const keysFile = ['--keys', at('keys')];
    expect(await run(['prove', at('log'), ...keysFile, '--account', 'ada'])).toMatchObject({ code: 0 });
  });

  test('neither verifier believes what no signed head covers', async () => {
    await exported();
    const lines = (await readFile(at('log'), 'utf8')).trimEnd().split('\n');
    const unsigned = lines.filter((line) => !line.includes('"type":"checkpoint"')).slice(0, -1);
    const end = JSON.stringify({ type: 'end', lines: unsigned.length + 1 });
    await writeFile(at('log'), `${[...unsigned, end].join('\n')}\n`);
    await rm(at('anchor'));
    expect(await independent('log')).toMatchObject({
      code: 1,
      out: 'no signed head covers the end: the last is of 0, the log ends at 3\n',
    });
    expect(await verify('log')).toMatchObject({
      code: 1,
      out: expect.stringContaining('no head covers them'),
    });
  });

  test('both verifiers know the heads and the accounts of a log without its beginning', async () => {
    await log.record('ada');
    await log.sealUntil(1);
    const earlier = await log.lastNote();
    await log.record('bea');
    await log.tamper(
      `update audit_events set at = at + interval '2 days', account_id = 'cyd' where account_id = 'bea'`,
    );
    await log.record('ada');
    await log.sealUntil(3);
    await exported(6);
    const lines = (await readFile(at('log'), 'utf8')).trimEnd().split('\n');
    const [head, forgotten, ...rest] = lines.map((line) => JSON.parse(line));
    const cut = [{ ...head, first: 1 }, { type: 'subtree', hash: forgotten.leaf }, ...rest];
    const put = (of: object[]) =>
      writeFile(at('log'), of.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await put(cut);
    expect(await verify('log', '--anchors', at('anchor'))).toMatchObject({ code: 0 });
    expect(await independent('log')).toMatchObject({ code: 0 });
    // Of the first two that remain, only that of two days later is without its account, unexplained.
    await put(
      cut.map(({ opens, ...line }) => (line.position === 2 ? line : { ...line, ...(opens && { opens }) })),
    );
    expect(await verify('log')).toMatchObject({ out: expect.stringContaining('unlinked at 2') });
    expect((await independent('log')).out).toContain('position 2: its account was taken away');
    await put(cut.map((line) => (line.type === 'subtree' ? { ...line, hash: rest[1].leaf } : line)));
    await writeFile(at('anchor'), `${earlier}\n`);
    expect(await verify('log', '--anchors', at('anchor'))).toMatchObject({
      out: expect.stringContaining('rebuilt'),
    });
    expect((await independent('log')).out).toContain('size 1: an anchor has another tree');
  });

  test('says which keys have signed the heads, also one that the keyring no longer has', async () => {
    const keyringOf = (...ring: (typeof oldKey)[]) => ({
      ...settings(),
      REKEY_KEYRING: JSON.stringify(ring.map(({ id, key }) => ({ id, key: key.toString('base64url') }))),
    });
    await exported();
    const [line = ''] = (await run(['keys'], settings())).out.split('\n');
    const former = line.split('+')[1];
    await log.record();
    await log.sealUntil(4, log.sealer(newKey, oldKey));
    expect((await run(['keys'], keyringOf(newKey, oldKey))).out.trim().split('\n')).toEqual([
      expect.any(String),
      line,
    ]);
    const { code, out } = await run(['keys', '--status'], keyringOf(newKey));
    expect([code, out.trim().split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^[0-9a-f]{8}: key b of the keyring, 1 head, the last at .*: it signs$/),
        expect.stringMatching(new RegExp(`^${former}: a key that the keyring no longer has, 1 head, `)),
      ],
    ]);
    // The line that was kept is what verifies the heads of the former key.
    await run(['export', at('log')], keyringOf(newKey));
    await writeFile(at('keys'), (await run(['keys'], keyringOf(newKey))).out);
    expect((await verify('log')).out).toContain('forged_checkpoint');
    await writeFile(at('keys'), `${line}\n${await readFile(at('keys'), 'utf8')}`);
    expect(await verify('log', '--anchors', at('anchor'))).toMatchObject({ code: 0 });
  });

  test('proves one history, and that the log only grew', async () => {
    await exported();
    const proof = await run([
      'prove',
      at('log'),
      '--keys',
      at('keys'),
      '--account',
      'ada',
      '--since',
      at('anchor'),
    ]);
    await writeFile(at('proof'), proof.out);
    expect(await verify('proof')).toEqual({ code: 0, err: '', out: 'the proof is right, for 2 events\n' });
    await writeFile(at('forged'), proof.out.replace('"person"', '"system"'));
    expect(await verify('forged')).toMatchObject({
      code: 1,
      out: expect.stringContaining('is not at position 0 of this log'),
    });
    expect(await run(['prove', at('log'), '--keys', at('keys'), '--account', 'cyd'])).toMatchObject({
      code: 1,
      err: 'rekey audit: no event of this export is about the account cyd\n',
    });
  });

  test.each([
    [[], /^usage: /],
    [['look'], /^usage: /],
    [['keys', '--all'], /^"keys" takes --status or nothing/],
    [['export'], /^"export" takes one file\nusage/],
    [['verify', 'nothing'], /^--keys is needed/],
    [['verify', 'nothing', '--key', 'k'], /Unknown option '--key'/],
    [['prove', 'nothing', '--keys', 'k'], /^"prove" needs --account/],
  ])('%j is explained', async (given, said) => {
    expect(await run(given)).toMatchObject({ code: 64, out: '', err: expect.stringMatching(said) });
  });

  test('a file that is not there is named', async () => {
    await writeFile(at('keys'), '');
    const { code, err } = await verify('nothing');
    expect([code, err]).toEqual([1, expect.stringMatching(/^rekey audit: .*nothing/)]);
  });
});
