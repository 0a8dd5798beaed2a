import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { unalarmed } from '../flows/policy-file.js';
import { newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';
import type { DigitRuns } from '../search/digit-runs.js';
import { filesOf, numbersIn, type SearchedPlace, searchFor } from '../search/places.js';
import { formsOf, formsOfCode } from '../search/secret-forms.js';
import { ownPassword, putPeople, recoverAll, type Told } from './at-rest/thousand-recoveries.js';

const people = byLength(20, 400);
const recoveries = byLength(20, 1_000);

/**
 * After many recoveries no store holds a secret that anybody was given: every row, every byte of PostgreSQL's folder with its
 * whole write-ahead log and its log of every statement and value, and the logs of the processes.
 */
describe('data at rest', () => {
  let postgres: TestPostgres;
  let rekey: Rekey;
  let told: Told;
  let before: DigitRuns;
  const smsPolicy = unalarmed();
  const logged: string[] = [];
  const statements: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  const say = (text: string) => write(`${text}\n`);
  beforeAll(async () => {
    process.stdout.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      logged.push(String(chunk));
      return rest.length >= 0;
    }) as typeof process.stdout.write;
    // No write-ahead log is discarded, and the server logs every statement with its values.
    const flags = ['max_wal_size=8GB', 'checkpoint_timeout=1h', 'log_statement=all'];
    postgres = await startPostgres({
      flags: flags.flatMap((flag) => ['-c', flag]),
      onLog: (text) => statements.push(text),
    });
    const environment = { LOG_LEVEL: 'debug', DATABASE_URL: postgres.url, SMS_POLICY_FILE: smsPolicy };
    // The log of statements has each round of a sweep, too: as many as in a deployment.
    rekey = await startRekey({ environment, sweepPeriods: { messages: 1_000 } });
    // The planner's statistics hold column values, compressed: pieces of ids in them look like codes, and could hide a code.
    await rekey.sql(`
      set allow_system_table_mods = on;
      ${[1, 2, 3, 4, 5].map((n) => `alter table pg_statistic alter column stavalues${n} set storage external;`).join('\n')}
      reset allow_system_table_mods`);
    const secrets = await putPeople(rekey, people);
    // Sign in before a recovery ends the password.
    secrets.push(...(await rest(rekey)));
    before = numbersIn(filesOf(await folder()));
    const from = Date.now();
    told = await recoverAll(rekey, people, recoveries);
    told.secrets.push(...secrets);
    await rekey.sql('analyze');
    say(`${recoveries} recoveries in ${Math.round((Date.now() - from) / 1000)} s`);
  });
  afterAll(async () => {
    process.stdout.write = write;
    await rekey?.close();
    await postgres?.stop();
    rmSync(dirname(smsPolicy), { recursive: true });
  });

  const rows = async (): Promise<SearchedPlace[]> => {
    const tables = await rekey.sql(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    return Promise.all(
      tables.map(async ({ name }) => {
        const found = await rekey.sql(`select t::text as row from ${name} t`);
        return {
          name: `table ${name}`,
          bytes: Buffer.from(found.map(({ row }) => row).join('\n')),
        };
      }),
    );
  };
  const folder = async (): Promise<string> => {
    await rekey.sql('checkpoint');
    const [row] = await rekey.sql('show data_directory');
    return row.data_directory;
  };
  const log = (): SearchedPlace => ({ name: 'the log', bytes: Buffer.from(logged.join('')) });
  function* everywhere(directory: string, tables: SearchedPlace[]): Generator<SearchedPlace> {
    yield* tables;
    yield log();
    yield { name: "PostgreSQL's log", bytes: Buffer.from(statements.join('')) };
    yield* filesOf(directory);
  }

  test('recoveries leave nothing that helps a thief [ASVS 14.2.4, ASVS 16.2.5]', async () => {
    expect(told.codes).toHaveLength(recoveries);
    const kinds = new Set(told.secrets.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(everyKind);
    const text = log().bytes.toString();
    const names = ['recovery', 'issuer', 'console'].filter((name) => text.includes(`"name":"${name}"`));
    expect(names).toHaveLength(3);
    expect(text.includes('"msg":"answered"')).toBe(true);
    const outcome = searchFor(told.secrets, told.codes, everywhere(await folder(), await rows()), before);
    say(
      `${told.secrets.length} secrets, ${told.codes.length} codes in ${Math.round(outcome.bytes / 1e6)} MB; codes by chance: ${JSON.stringify(outcome.byChance)}`,
    );
    expect(outcome.found).toEqual([]);
    expect(outcome.bytes).toBeGreaterThan(50_000_000);
    expect(Math.max(outcome.byChance[6], outcome.byChance[8])).toBeLessThan(0.05);
  });

  test('the search finds a planted secret of each kind, in every form, in each place', async () => {
    const one = everyKind.map(
      (kind) => told.secrets.find((secret) => secret.kind === kind) ?? { kind, value: '' },
    );
    const codes = [6, 8].flatMap((digits) => {
      const unseen = told.codes.filter(({ value }) => value.length === digits && !before.has(value));
      return [undefined, ' ', '-'].map((gap, n) => {
        const kind = `code of ${digits} digits${gap ? `, ${digits / 2}${gap}${digits / 2}` : ''}`;
        const value = unseen[n]?.value ?? '';
        // Inside of a sentence: alone at the end of a row it may touch the number of the next row, and look longer.
        const halves = [value.slice(0, digits / 2), value.slice(digits / 2)];
        return { kind, value, text: `the code: ${halves.join(gap ?? '')}.` };
      });
    });
    const forms = [...one.flatMap(formsOf), ...codes.flatMap(formsOfCode)];
    const texts = [
      ...forms.filter(({ form }) => form !== 'bytes').map(({ bytes }) => bytes.toString()),
      ...codes.map(({ text }) => text),
    ];
    await rekey.sql('create table planted (text text, bytes bytea)');
    await rekey.sql(`insert into planted (text) select unnest($1::text[])`, [texts]);
    await rekey.sql(`insert into planted (bytes) select unnest($1::bytea[])`, [
      forms.map(({ bytes }) => bytes),
    ]);
    await rekey.sql(`insert into bullmq.meta (queue, field, value) values ('planted', 'code', $1)`, [
      codes.find(({ kind }) => kind === 'code of 8 digits')?.value,
    ]);
    process.stdout.write(JSON.stringify({ msg: texts.join('\n') }));
    const { found } = searchFor(told.secrets, codes, everywhere(await folder(), await rows()), before);
    const places = ['table public.planted', 'the log', 'base/', 'pg_wal/', "PostgreSQL's log"];
    const wanted = [
      ...forms.filter(({ form }) => form !== 'bytes').map(({ kind, form }) => `${kind} as ${form}`),
      ...codes.map(({ kind }) => `${kind} as digits`),
    ];
    const missed = wanted.flatMap((what) =>
      places
        .filter((place) => !found.some((line) => line.startsWith(`${what} in ${place}`)))
        .map((place) => `${what} in ${place}`),
    );
    expect(missed).toEqual([]);
    expect(found).toContain('code of 8 digits as digits in table bullmq.meta');
    expect(found.filter((line) => line.startsWith('recovery token as bytes in base/'))).not.toEqual([]);
  });

  test('the search reads on where a record of the write-ahead log goes on at the next page', async () => {
    const value = randomBytes(20_000).toString('hex');
    // At the beginning of a file, so that all of it is in one.
    await rekey.sql('select pg_switch_wal()');
    await rekey.sql(`select pg_logical_emit_message(true, 'spec', $1)`, [value]);
    const places = [...filesOf(await folder())].filter(({ name }) => name.startsWith('pg_wal/'));
    expect(places.filter(({ bytes }) => bytes.includes(value))).toHaveLength(1);
  });
});

const everyKind = [
  'access token',
  'backup code',
  'client secret',
  'link token',
  'mail address',
  'password',
  'phone number',
  'recovery token',
  'refresh token',
  'secret of an app',
  'stop token',
  'user name',
];

/** Secrets that a recovery alone does not give: an authenticator app, backup codes, a client, a typed password. */
async function rest(rekey: Rekey) {
  const { clientId, clientSecret } = rekey.settings.management;
  const secrets = [{ kind: 'password', value: ownPassword }];
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const manager = (await rekey.token(form)).body.access_token;
  const client = { name: 'A back end', type: 'confidential', grants: ['client_credentials'], scopes: ['x'] };
  const put = await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/back-end`, {
    bearer: manager,
    json: client,
  });
  secrets.push(
    { kind: 'client secret', value: put.body.client_secret },
    { kind: 'access token', value: manager },
  );
  newHousehold();
  const issuer = (path: string, options: object) =>
    rekey.call('POST', `${rekey.settings.urls.issuer}/v1/${path}`, options);
  const session = await issuer('sessions', {
    json: { identifier: 'harbour-light-1', password: ownPassword },
  });
  const bearer = session.body.access_token;
  secrets.push({ kind: 'refresh token', value: session.body.refresh_token });
  const app = await issuer('authenticators/totp', { bearer });
  secrets.push({ kind: 'secret of an app', value: app.body.secret });
  const made = await issuer('authenticators/backup_codes', { bearer });
  for (const value of made.body.codes) {
    secrets.push(
      { kind: 'backup code', value },
      { kind: 'backup code', value: value.replaceAll(/[^\w]/g, '') },
    );
  }
  return secrets;
}
