import type { AnchorTarget } from '@rekey/settings';
import { AwsClient } from 'aws4fetch';
import { type Anchor, anchorTimeoutMs } from './anchor.js';

/**
 * An object for each head, in a bucket of a service that speaks the protocol of Amazon S3: `<prefix><size, 16 digits>.checkpoint`. No object is
 * written over: where the service can refuse that (`If-None-Match`, or a bucket with an object lock), not even by who has its key.
 */
export function s3Anchor(target: Extract<AnchorTarget, { kind: 's3' }>): Anchor {
  const { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey } = target;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const base = `${endpoint.replace(/\/$/, '')}/${bucket}/${prefix}`;
  const name = `s3://${bucket}/${prefix} at ${new URL(endpoint).host}`;
  const send = (url: string, init: RequestInit) =>
    client.fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(anchorTimeoutMs) });
  return {
    name,
    put: async (note, size) => {
      const url = `${base}${String(size).padStart(16, '0')}.checkpoint`;
      const found = await send(url, { method: 'GET' });
      const kept = await found.text();
      if (found.ok) return assertSameTree(name, kept, note);
      if (found.status !== 404) throw new Error(`${name} answered ${found.status} to a look`);
      const headers = { 'content-type': 'text/plain; charset=utf-8', 'if-none-match': '*' };
      const response = await send(url, { method: 'PUT', headers, body: note });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${name} answered ${response.status}`);
    },
  };
}

/** The same tree may be signed again: at another time, by another key. */
function assertSameTree(name: string, kept: string, note: string): undefined {
  const treeOf = (text: string) => text.split('\n').slice(0, 3).join('\n');
  if (treeOf(kept) !== treeOf(note))
    throw new Error(
      `${name} has another head of that size: the log was rebuilt, or two logs have one anchor`,
    );
}
