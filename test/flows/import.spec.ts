import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hash } from '@node-rs/argon2';
import { freePort } from '../runner/free-port.js';
import { type Answer, newHousehold, useRekey } from './rekey.js';

interface Result {
  line: number;
  id?: string;
  result: 'created' | 'replaced' | 'failed';
  code?: string;
  errors?: { pointer: string; detail: string }[];
}

describe('import of accounts', () => {
  const rekey = useRekey();
  let api: string;
  let bearer: string;
  beforeAll(async () => {
    api = rekey.settings.urls.console;
    const { clientId, clientSecret } = rekey.settings.management;
    bearer = await tokenOf(clientId, clientSecret);
  });
  beforeEach(() => void newHousehold());

  const tokenOf = async (client_id: string, client_secret: string): Promise<string> =>
    (await rekey.token({ grant_type: 'client_credentials', client_id, client_secret })).body.access_token;
  const call = (method: string, path: string, json?: unknown, as = bearer): Promise<Answer> =>
    rekey.call(method, `${api}${path}`, { bearer: as, json });
  const mail = (value: string) => ({ kind: 'email', value, verified: true });
  const importing = (body: BodyInit, type = 'application/x-ndjson', more = {}): Promise<Response> =>
    fetch(`${api}/v1/accounts:import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': type, ...more },
      body,
      duplex: 'half',
    } as RequestInit);
  const resultsOf = (text: string): Result[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const importLines = async (...lines: object[]): Promise<Result[]> =>
    resultsOf(await (await importing(lines.map((line) => JSON.stringify(line)).join('\n'))).text());
  const signIn = (identifier: string, password: string) =>
    rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, { json: { identifier, password } });

  test('an import needs its content type and a token, and may be empty', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const answer = await importing('{"id":"x"}', type);
      expect([type, answer.status, (await answer.json()).code]).toEqual([
        type,
        415,
        'unsupported_media_type',
      ]);
    }
    const named = await importing('{"id":"with-charset"}', 'application/x-ndjson; charset=utf-8');
    expect(resultsOf(await named.text())).toEqual([{ line: 1, id: 'with-charset', result: 'created' }]);
    const empty = await importing('');
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    const stranger = await fetch(`${api}/v1/accounts:import`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"id":"x"}\n'.repeat(50_000),
    });
    expect([stranger.status, (await stranger.json()).code]).toEqual([401, 'unauthorized']);
  });

  test('CRLF and a missing last line break are accepted; a line that is too long or invalid is reported with its id', async () => {
    const long = JSON.stringify({ id: 'long', roles: ['r'.repeat(70_000)] });
    const text = `\ufeff{"id":"crlf-1"}\r\n\r\n${long}\r\n{"id":"crlf-2","admin":true}\r\n[]\r\n{"id":"crlf-3"}`;
    expect(resultsOf(await (await importing(text)).text())).toEqual([
      { line: 1, id: 'crlf-1', result: 'created' },
      { line: 3, result: 'failed', code: 'too_large', errors: [expect.anything()] },
      { line: 4, id: 'crlf-2', result: 'failed', code: 'invalid_request', errors: [expect.anything()] },
      { line: 5, result: 'failed', code: 'invalid_request', errors: [expect.anything()] },
      { line: 6, id: 'crlf-3', result: 'created' },
    ]);
  });

  test('an account that is in an import twice ends as in its last line', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => ({ id: `twice-${n % 3}`, roles: [`r${n}`] }));
    const results = await importLines(...lines);
    expect(results.filter(({ result }) => result === 'created').map(({ line }) => line)).toEqual([1, 2, 3]);
    for (const n of [0, 1, 2]) {
      expect((await call('GET', `/v1/accounts/twice-${n}`)).body.roles).toEqual([`r${57 + n}`]);
    }
  });

  test('an address can move from one account to another within an import', async () => {
    for (let round = 0; round < 10; round++) {
      const [from, to] = [`moving-${round}`, `moving-${round + 1}`];
      const address = mail('moving@example.com');
      if (round === 0) await importLines({ id: from, addresses: [address] });
      const results = await importLines({ id: from, addresses: [] }, { id: to, addresses: [address] });
      expect(results.map(({ result }) => result)).toEqual(['replaced', 'created']);
    }
    for (let round = 0; round < 10; round++) {
      const [wanted, free] = [mail(`wanted-${round}@example.com`), mail(`free-${round}@example.com`)];
      const taken = await importLines(
        { id: `first-${round}`, addresses: [wanted] },
        { id: `second-${round}`, addresses: [free, wanted] },
        { id: `third-${round}`, addresses: [free] },
      );
      expect(taken.map(({ result, code }) => code ?? result)).toEqual(['created', 'conflict', 'created']);
    }
  });

  test('the result of a line arrives while the next line is still being written', async () => {
    const { readable, writable } = new TransformStream<string, string>();
    const writer = writable.getWriter();
    const answer = importing(readable.pipeThrough(new TextEncoderStream()) as unknown as BodyInit);
    void writer.write('{"id":"slow-1"}\n');
    const reader = ((await answer).body as ReadableStream<Uint8Array>).getReader();
    const next = async () => resultsOf(new TextDecoder().decode((await reader.read()).value));
    expect(await next()).toEqual([{ line: 1, id: 'slow-1', result: 'created' }]);
    void writer.write('{"id":"slow-2"}\n');
    expect(await next()).toEqual([{ line: 2, id: 'slow-2', result: 'created' }]);
    await writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  test('the command says what to do when it fails', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rekey-import-'));
    const file = join(directory, 'accounts.ndjson');
    writeFileSync(file, '{"id":"by-command"}\n');
    // A management API that dies after the first result.
    const dying = createServer((_request, response) => {
      response.write('{"line":1,"id":"by-command","result":"created"}\n', () => response.destroy());
    });
    await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve));
    const { urls, management } = rekey.settings;
    const table = join(directory, 'accounts.csv');
    writeFileSync(table, 'id,name\nby-csv,Ada\n');
    const packed = join(directory, 'accounts.csv.gz');
    writeFileSync(packed, gzipSync('id,username\nby-gzip,"\n'));
    const said = (environment: Record<string, string>, path = file) =>
      new Promise<string>((resolve) => {
        const env = {
          PATH: process.env.PATH,
          REKEY_DATA_DIR: directory,
          ISSUER_URL: urls.issuer,
          CONSOLE_URL: urls.console,
          MANAGEMENT_CLIENT_ID: management.clientId,
          MANAGEMENT_CLIENT_SECRET: management.clientSecret,
          ...environment,
        };
        const command = ['dist/apps/console/src/import-command.js', 'import', path];
        execFile(process.execPath, command, { env }, (fault, stdout, stderr) =>
          resolve(`${fault?.code ?? 0} ${stdout}${stderr}`),
        ).stdin?.end('{"id":"by-standard-input"}\n');
      });
    const inside = { ISSUER_INTERNAL_URL: urls.issuer, CONSOLE_INTERNAL_URL: urls.console };
    const answers = await Promise.all([
      said({}),
      said({ CONSOLE_URL: `http://127.0.0.1:${(dying.address() as { port: number }).port}` }),
      said({ CONSOLE_URL: rekey.mailboxUrl }),
      said({ ISSUER_INTERNAL_URL: rekey.mailboxUrl }),
      said({ ISSUER_URL: `http://127.0.0.1:${await freePort()}` }),
      said({ MANAGEMENT_CLIENT_SECRET: 'not the secret at all' }),
      said({}, table),
      said({ ISSUER_URL: rekey.mailboxUrl, CONSOLE_URL: rekey.mailboxUrl, ...inside }, packed),
      said({}, '-'),
    ]);
    dying.close();
    rmSync(directory, { recursive: true });
    expect(answers.map((answer) => answer.trim())).toEqual([
      '0 1 created, 0 replaced, 0 failed',
      expect.stringMatching(/^1 .*the connection was lost after line 1; import the file again/),
      expect.stringMatching(/^1 .*answered 404 to the import; check CONSOLE_URL/),
      expect.stringMatching(/^1 .*answered 404 instead of a token; check ISSUER_INTERNAL_URL/),
      expect.stringMatching(/^1 .*nothing responds .* run "npm start"/),
      expect.stringMatching(/^1 .*check MANAGEMENT_CLIENT_SECRET/),
      expect.stringMatching(
        /^1 .*the import was refused as a whole: \/name unknown column; the columns are id, /,
      ),
      expect.stringMatching(
        /^1 0 created, 0 replaced, 1 failed\s+line 2: invalid_request: a quoted field does not end$/,
      ),
      '0 1 created, 0 replaced, 0 failed',
    ]);
  });

  test('a password is given as text or as a hash, not both', async () => {
    const account = { username: 'twoforms', addresses: [mail('two.forms@example.com')] };
    const password = 'a harbour without a ship';
    const password_hash = await hash(password, { memoryCost: 32_768, timeCost: 2, parallelism: 1 });
    const both = await call('PUT', '/v1/accounts/twoforms', { ...account, password, password_hash });
    expect([both.status, both.body.errors]).toEqual([
      400,
      [{ pointer: '/password_hash', detail: expect.any(String) }],
    ]);
    expect((await call('PUT', '/v1/accounts/twoforms', { ...account, password_hash })).status).toBe(201);
    expect((await signIn('twoforms', password)).status).toBe(201);
    const weak = await call('PUT', '/v1/accounts/twoforms', { ...account, password: 'twoforms twoforms' });
    expect([weak.status, weak.body.code, weak.body.reason]).toEqual([422, 'password_refused', 'too_similar']);
    // A missing password stays unchanged.
    expect((await call('PUT', '/v1/accounts/twoforms', account)).status).toBe(200);
    expect((await signIn('two.forms@example.com', password)).status).toBe(201);
  });

  test('CSV is read by its columns; an unknown one refuses the import before anything is written', async () => {
    const csv = 'text/csv; charset=UTF-8; header=present';
    const text =
      'id,email,email_verified,roles,phone\r\n"csv\r\n1",,,,\r\ncsv-2,csv2@example.com,true,staff,\r\n' +
      'csv-3,,,"a\r\n b",+14155\r\ncsv-4,,,,';
    expect(resultsOf(await (await importing(text, csv)).text())).toEqual([
      { line: 2, id: 'csv\n1', result: 'failed', code: 'invalid_request', errors: [expect.anything()] },
      { line: 4, id: 'csv-2', result: 'created' },
      {
        line: 5,
        id: 'csv-3',
        result: 'failed',
        code: 'invalid_request',
        errors: [{ pointer: '/phone', detail: expect.any(String) }],
      },
      { line: 7, id: 'csv-4', result: 'created' },
    ]);
    expect((await call('GET', '/v1/accounts/csv-2')).body).toMatchObject({
      roles: ['staff'],
      addresses: [{ kind: 'email', value: 'csv2@example.com', verified: true, primary: true }],
    });
    const refused = await importing('id,mail\ncsv-5,a@example.com\n', csv);
    expect([refused.status, (await refused.json()).errors]).toMatchObject([400, [{ pointer: '/mail' }]]);
    expect((await call('GET', '/v1/accounts/csv-5')).status).toBe(404);
    expect((await importing('csv-6\n', 'text/csv; header=absent')).status).toBe(415);
  });

  test('the hash of another system signs in, is replaced at the first right password, and is no change when it is sent again', async () => {
    const password = 'pässwörd à la carte';
    // libxcrypt, and hashlib as Keycloak stores it.
    const hashes = {
      bcrypt: '$2y$05$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa',
      keycloak: {
        secretData:
          '{"value":"0YetWapdHp9Kgx9ha8cDbmpCPa7vgHaHJrOdkpdOzXOcFO7QZB7UekP1gtv4AIA2XRsE5J+DS5BIqGrG+/wKaQ==","salt":"AAECAwQFBgcICQoLDA0ODw=="}',
        credentialData: '{"hashIterations":1200,"algorithm":"pbkdf2-sha256"}',
      },
    };
    const costs = () =>
      rekey.sql('select id, password_cost as cost from accounts where id = any($1) order by id', [
        Object.keys(hashes),
      ]);
    const accounts = Object.entries(hashes).map(([id, password_hash]) => ({
      id,
      username: id,
      password_hash,
    }));
    await importLines(...accounts);
    expect(await costs()).toEqual([
      { id: 'bcrypt', cost: 'bcrypt c=5' },
      { id: 'keycloak', cost: 'pbkdf2-sha256 i=2400' },
    ]);
    const told: number[] = [];
    for (const id of Object.keys(hashes)) {
      told.push((await signIn(id, `${password}.`)).status, (await signIn(id, password)).status);
      told.push((await signIn(id, password.normalize('NFD'))).status);
    }
    expect(told).toEqual([401, 201, 201, 401, 201, 201]);
    expect((await costs()).map(({ cost }) => cost)).toEqual([null, null]);
    await importLines(...accounts);
    expect((await costs()).map(({ cost }) => cost)).toEqual([null, null]);
    const dear = await importLines({ id: 'dear', password_hash: `$2b$15$${'a'.repeat(53)}` });
    expect(dear[0]?.errors).toEqual([
      { pointer: '/password_hash', detail: 'the cost of bcrypt must be 4 to 14' },
    ]);
  });

  test('each change is audited with its actor, and without an address', async () => {
    const changes: [method: string, path: string, json?: object][] = [
      ['PUT', '/v1/accounts/noted', { addresses: [mail('noted@example.com')] }],
      ['PUT', '/v1/accounts/noted', { addresses: [], status: 'disabled' }],
      ['DELETE', '/v1/accounts/noted'],
      ['PUT', '/v1/clients/noted', { name: 'Noted', type: 'public' }],
      ['DELETE', '/v1/clients/noted'],
    ];
    for (const change of changes) {
      await call(...change);
      rekey.clock.advance(1);
    }
    const rows = await rekey.sql(
      `select event, actor, detail from audit_events where account_id = 'noted' or detail ->> 'client_id' = 'noted' order by at`,
    );
    expect(rows.map(({ event }) => event)).toEqual([
      'user_created',
      'user_updated',
      'user_deleted',
      'client_created',
      'client_deleted',
    ]);
    const { clientId } = rekey.settings.management;
    expect(rows.every(({ actor }) => actor === `client:${clientId}`)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('noted@');
  });
});
