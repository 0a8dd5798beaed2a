#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Pins images of others by digest: a tag can be moved to something else, `@sha256:…` cannot.
 *
 *   docker/pin.js [FILE…]          writes the digest of today behind each image that has none
 *   docker/pin.js --renew [FILE…]  of each image
 *   docker/pin.js --check [FILE…]  writes nothing, and ends with 1 if an image has none
 *
 * Without files: every Dockerfile and YAML of this folder. The registry is asked over its HTTP API (OCI Distribution Specification 1.1),
 * without an account. `docker buildx imagetools inspect IMAGE` shows the same digest.
 */

const digestForm = /^sha256:[0-9a-f]{64}$/;
/** An index first: it names the image of every platform. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const place =
  /^(?<before>\s*(?:FROM\s+(?:--platform=\S+\s+)?|(?:-\s+)?image:\s*["']?))(?<image>[^\s"'#]+)/gim;

/** Not ours: those a person builds, stages of the same file, and names that are put together elsewhere. */
function isForeign(image, text) {
  const stages = [...text.matchAll(/^FROM\s.*\sAS\s+(\S+)/gim)].map(([, stage]) => stage);
  return !/\$|^scratch$|(^|\/)rekey(?=$|[:@])/.test(image) && !stages.includes(image);
}

/** `node:26` is `registry-1.docker.io`, `library/node`, `26`: as docker reads it. */
function readName(image) {
  const [, name, tag] = /^(.+?)(?::([\w.-]+))?(?:@.+)?$/.exec(image) ?? [];
  if (!tag) throw new Error(`${image} has no tag: name a version, not the newest of the day`);
  const [first, ...rest] = name.split('/');
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const host = hasHost ? first : 'registry-1.docker.io';
  const path = hasHost ? rest.join('/') : rest.length > 0 ? name : `library/${name}`;
  // As docker does: only this machine is asked without TLS.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(host) ? 'http' : 'https';
  return { url: `${scheme}://${host}/v2/${path}/manifests/${tag}`, pinned: `${name}:${tag}` };
}

/** A token for a caller without an account, from the place that the registry names (RFC 6750). */
async function anonymousToken(challenge) {
  const { realm, service, scope } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const url = new URL(realm);
  for (const [key, value] of Object.entries({ service, scope })) if (value) url.searchParams.set(key, value);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.origin} answered ${answer.status} instead of a token`);
  const { token, access_token } = await answer.json();
  return token ?? access_token;
}

async function digestOf(image) {
  const { url } = readName(image);
  const headers = { accept: manifests };
  let answer = await fetch(url, { method: 'HEAD', headers });
  const challenge = answer.headers.get('www-authenticate') ?? '';
  if (answer.status === 401 && /^Bearer /i.test(challenge)) {
    headers.authorization = `Bearer ${await anonymousToken(challenge)}`;
    answer = await fetch(url, { method: 'HEAD', headers });
  }
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status} to ${image}`);
  let digest = answer.headers.get('docker-content-digest');
  // The header is optional; the digest of the bytes is what it would say.
  if (!digest) {
    const bytes = Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
    digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (!digestForm.test(digest)) throw new Error(`${new URL(url).host} named no SHA-256 digest for ${image}`);
  return digest;
}

const here = import.meta.dirname;
const allFiles = () =>
  readdirSync(here, { recursive: true })
    .filter((name) => /(^|[\\/])Dockerfile$|\.ya?ml$/.test(name))
    .map((name) => join(here, name))
    .sort();

const words = process.argv.slice(2);
const [check, renew] = ['--check', '--renew'].map((option) => words.includes(option));
const named = words.filter((word) => !word.startsWith('--'));
const files = named.length > 0 ? named : allFiles();

const asked = new Map();
const ask = (image) => {
  if (!asked.has(image)) asked.set(image, digestOf(image));
  return asked.get(image);
};

let isMissing = false;
/** Written only when every registry has answered. */
const written = new Map();
try {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const images = [...text.matchAll(place)].map(({ groups }) => groups.image);
    const digests = new Map();
    for (const image of new Set(images.filter((each) => isForeign(each, text)))) {
      const isPinned = digestForm.test(image.split('@')[1] ?? '');
      if (isPinned && !renew) continue;
      if (check) {
        process.stderr.write(`${relative('', file)}: ${image} has no digest; "docker/pin.js" writes it\n`);
        isMissing = true;
      } else {
        digests.set(image, `${readName(image).pinned}@${await ask(image)}`);
        process.stdout.write(`${relative('', file)}: ${digests.get(image)}\n`);
      }
    }
    if (digests.size > 0)
      written.set(
        file,
        text.replace(place, (whole, before, image) =>
          digests.has(image) ? before + digests.get(image) : whole,
        ),
      );
  }
  for (const [file, text] of written) writeFileSync(file, text);
  if (isMissing) process.exitCode = 1;
} catch (fault) {
  process.stderr.write(`docker/pin.js: ${fault.cause?.message ?? fault.message}; nothing was written\n`);
  process.exitCode = 1;
}
