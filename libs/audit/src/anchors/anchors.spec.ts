import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, useLog } from '../../../../test/flows/audit-log.js';
import { openCheckpoint } from '../tree/checkpoint.js';
import type { Anchor } from './anchor.js';
import { openAnchor } from './open-anchor.js';
import { pushHeads } from './push-heads.js';

describe('anchors', () => {
  const log = useLog();
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const listening = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const push = (...anchors: Anchor[]) => pushHeads({ database: log.database(), clock: log.clock }, anchors);
  const seal = async (size: number) => {
    await log.record();
    await log.sealUntil(size);
  };

  test('a file gets each head once, and what it has verifies the log', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'rekey-audit-')), 'heads');
    const anchor = openAnchor({ kind: 'file', path });
    await push(anchor);
    await seal(1);
    await push(anchor);
    await push(anchor);
    await seal(2);
    await push(anchor);
    const notes = (await readFile(path, 'utf8'))
      .split(/(?<=\n)\n(?=rekey)/)
      .map((note) => note.replace(/\n\n$/, '\n'));
    expect(notes.map((note) => openCheckpoint(note, keys.verifiers)?.size)).toEqual([1, 2]);
    expect(await log.verified(notes)).toMatchObject({ anchored: 2, findings: [] });
  });

  test('a file whose last write was cut off anywhere verifies as soon as it has the head again', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'rekey-audit-')), 'heads');
    await seal(1);
    const note = await log.lastNote();
    for (const length of [1, 60, note.length - 30, note.length - 1, note.length]) {
      await writeFile(path, note.slice(0, length));
      await openAnchor({ kind: 'file', path }).put(note, 1);
      expect((await readFile(path, 'utf8')).split(/\n\n(?=rekey)/).at(-1)).toBe(`${note}\n`);
    }
  });

  test('a URL gets each head by POST; one that refuses keeps no other from it, and gets it the next time', async () => {
    const got: string[] = [];
    let status = 503;
    const url = await listening(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      if (request.method === 'POST' && request.headers['content-type']?.startsWith('text/plain'))
        got.push(body);
      response.writeHead(status).end();
    });
    const path = join(await mkdtemp(join(tmpdir(), 'rekey-audit-')), 'heads');
    const anchors = [
      openAnchor({ kind: 'http', url: `${url}/heads?key=hunter2` }),
      openAnchor({ kind: 'file', path }),
    ] as const;
    await seal(1);
    await expect(push(...anchors)).rejects.toThrow(/heads\?[0-9a-f]{8} answered 503$/);
    expect(await readFile(path, 'utf8')).toContain(`${keys.origin}\n1\n`);
    status = 204;
    await push(...anchors);
    await push(...anchors);
    expect(got).toEqual([await log.lastNote(), await log.lastNote()]);
    expect((await readFile(path, 'utf8')).match(/^rekey\/.*\n1\n/gm)).toHaveLength(1);
  });

  test('a bucket gets an object for each head, signed for S3, and never another head of that size', async () => {
    const objects = new Map<string, string>();
    const endpoint = await listening(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      const { method, url = '', headers } = request;
      if (
        !/^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/eu-west-1\/s3\/aws4_request, /.test(
          headers.authorization ?? '',
        )
      )
        return void response.writeHead(403).end();
      if (method === 'GET')
        return void response.writeHead(objects.has(url) ? 200 : 404).end(objects.get(url));
      if (headers['if-none-match'] !== '*') return void response.writeHead(400).end();
      objects.set(url, body);
      return void response.writeHead(200).end();
    });
    const target = {
      kind: 's3',
      endpoint,
      region: 'eu-west-1',
      bucket: 'audit',
      prefix: 'heads/',
      accessKeyId: 'AK',
    } as const;
    const anchor = openAnchor({ ...target, secretAccessKey: 'hunter2' });
    await seal(1);
    await push(anchor);
    const name = '/audit/heads/0000000000000001.checkpoint';
    expect([...objects]).toEqual([[name, await log.lastNote()]]);
    // The same head again, as of a courier that died before it had noted it.
    await anchor.put(await log.lastNote(), 1);
    const [line, ...rest] = (await log.lastNote()).split('\n');
    const other = [line, rest[0], Buffer.alloc(32).toString('base64'), ...rest.slice(2)].join('\n');
    await expect(anchor.put(other, 1)).rejects.toThrow(
      /^s3:\/\/audit\/heads\/ at 127\.0\.0\.1:\d+ has another head of that size: the log was rebuilt/,
    );
    expect(objects.get(name)).toBe(await log.lastNote());
  });

  test('anchors that differ in their query or endpoint have names of their own, without a secret', () => {
    const target = { kind: 's3', region: 'r', bucket: 'b', prefix: '', accessKeyId: 'AK' } as const;
    const names = [
      ...['?log=one', '?log=two', ''].map((query) => ({
        kind: 'http' as const,
        url: `https://a.example/${query}`,
      })),
      ...['https://s3.one.example', 'https://s3.two.example'].map((endpoint) => ({
        ...target,
        endpoint,
        secretAccessKey: 'hunter2',
      })),
    ].map((one) => openAnchor(one).name);
    expect(new Set(names).size).toBe(5);
    expect(names.join()).not.toMatch(/log=|hunter2|AK/);
    expect(names[2]).toBe('https://a.example/');
  });

  test('a head that another courier seals and pushes meanwhile is no fault', async () => {
    const anchor: Anchor = { name: 'kept', put: async () => undefined };
    await seal(1);
    const other = log.database();
    let isFirst = true;
    const database = new Proxy(other, {
      get: (of, member) => {
        if (member !== 'query') return Reflect.get(of, member);
        return async (...given: Parameters<typeof of.query>) => {
          const rows = await of.query(...given);
          if (isFirst) {
            isFirst = false;
            await seal(2);
            await push(anchor);
          }
          return rows;
        };
      },
    });
    await pushHeads({ database, clock: log.clock }, [anchor]);
    expect(await log.column('select size::int from audit_anchors')).toEqual([2]);
  });

  test('a log that ends before what an anchor has is reported', async () => {
    const anchor: Anchor = { name: 'kept', put: async () => undefined };
    await seal(1);
    await seal(2);
    await push(anchor);
    await log.owner().query('delete from audit_checkpoints where size = 2');
    await expect(push(anchor)).rejects.toThrow('kept: has a head of 2, and the log ends at 1');
  });
});
