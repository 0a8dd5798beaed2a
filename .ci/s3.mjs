import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';

/** The parts of .ci/s3 that speak with the server, or are the server. */

const print = (text) => process.stdout.write(`${text}\n`);
const region = 'us-east-1';
/** What the server has as its only user. */
const user = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const client = new AwsClient({ ...user, region, service: 's3', retries: 0 });

/** A note as an anchor gets it: what is signed does not matter to a bucket. */
const note = (size, root, time) =>
  `rekey/ci\n${size}\n${Buffer.alloc(32, root).toString('base64')}\ntime 2026-01-01T00:00:0${time}.000Z\n\n— rekey/ci c2ln\n`;

const commands = {
  /** @param folder where the package is installed @param port the file that gets its port */
  async serve(folder, directory, port) {
    const S3rver = createRequire(resolve(folder, 'x.js'))('@20minutes/s3rver');
    mkdirSync(directory, { recursive: true });
    const options = { address: '127.0.0.1', port: 0, silent: false, directory };
    const server = new S3rver({ ...options, configureBuckets: [{ name: 'heads' }] });
    writeFileSync(port, String((await server.run()).port));
  },

  async anchors(endpoint) {
    const { openAnchor } = await import('../dist/libs/audit/src/anchors/open-anchor.js');
    const target = { kind: 's3', endpoint, region, bucket: 'heads', prefix: 'alone/', ...user };
    const anchor = openAnchor(target);
    const url = `${endpoint}/heads/alone/0000000000000007.checkpoint`;
    const kept = async () => (await client.fetch(url)).text();

    await anchor.put(note(7, 1, 1), 7);
    assert.equal(await kept(), note(7, 1, 1));
    // The same tree, signed again, is there already; another tree of this size is not taken.
    await anchor.put(note(7, 1, 2), 7);
    await assert.rejects(anchor.put(note(7, 2, 3), 7), /has another head of that size/);
    assert.equal(await kept(), note(7, 1, 1));
    print('a head is an object, once; another tree of its size is refused');

    for (const [what, change] of [
      ['a wrong secret', { secretAccessKey: 'wrong' }],
      ['an unknown key', { accessKeyId: 'nobody' }],
      ['a bucket that is not there', { bucket: 'elsewhere' }],
    ]) {
      const away = openAnchor({ ...target, ...change });
      await assert.rejects(away.put(note(8, 1, 4), 8), /^Error: s3:\/\/.* answered 4\d\d/);
      print(`${what} is a fault, and no head is taken for kept`);
    }

    // What keeps two couriers, who both have looked, from writing over each other: where the server has it.
    const second = { method: 'PUT', body: 'another', headers: { 'if-none-match': '*' } };
    const { status } = await client.fetch(url, second);
    print(
      status === 412
        ? 'If-None-Match: an object that is there is not written over (412)'
        : `If-None-Match: this server does not know it for PUT (${status}, ${(await kept()) === 'another' ? 'written over' : 'kept'}): there, the object lock of the bucket has to do it`,
    );
  },

  /** Waits for the heads that a running Rekey has given to the bucket, and writes them into a file. */
  async heads(endpoint, file) {
    for (let tries = 0; tries < 300; tries++) {
      const list = await (await client.fetch(`${endpoint}/heads?list-type=2&prefix=rekey/`)).text();
      const names = [...list.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, name]) => name);
      if (names.length > 0) {
        const notes = await Promise.all(
          names.map(async (name) => (await client.fetch(`${endpoint}/heads/${name}`)).text()),
        );
        writeFileSync(file, notes.map((text) => `${text}\n`).join(''));
        print(`the bucket has ${names.join(', ')}`);
        return;
      }
      await pause(500);
    }
    throw new Error('Rekey has given no head to the bucket');
  },
};

const [command, ...rest] = process.argv.slice(2);
await commands[command](...rest);
