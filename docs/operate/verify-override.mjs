// Verifies an override: node verify-override.mjs CONSOLE_URL < row.json. It needs Node.js and nothing else; the query for the row is in
// overrides.md.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { origin, hostname } = new URL(process.argv[2]);
const row = JSON.parse(readFileSync(0, 'utf8'));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const bytea = (text) => Buffer.from(text.slice(2), 'hex');
const wrong = [];
const expect = (what, isSo) => isSo || wrong.push(what);

/** The members of a COSE key (RFC 9052 §7): a CBOR map of small integers to integers or byte strings. */
function cose(bytes) {
  let at = 1;
  const length = () => {
    const low = bytes[at++] & 31;
    if (low < 24) return low;
    return low === 24 ? bytes[at++] : (bytes[at++] << 8) | bytes[at++];
  };
  const item = () => {
    const major = bytes[at] >> 5;
    const value = length();
    if (major === 0) return value;
    if (major === 1) return -1 - value;
    at += value;
    return bytes.subarray(at - value, at).toString('base64url');
  };
  return Object.fromEntries(Array.from({ length: bytes[0] & 31 }, () => [item(), item()]));
}

/** EC2, OKP and RSA keys (RFC 9053 §7, RFC 8230 §4), as the passkeys of staff have them. */
function keyOf(bytes) {
  const key = cose(bytes);
  const jwk = {
    1: { kty: 'OKP', crv: 'Ed25519', x: key[-2] },
    2: { kty: 'EC', crv: 'P-256', x: key[-2], y: key[-3] },
    3: { kty: 'RSA', n: key[-1], e: key[-2] },
  }[key[1]];
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), digest: key[1] === 1 ? null : 'sha256' };
}

/** One text and the passkey that has signed it (WebAuthn §7.2). @returns what the text says */
function signed(name) {
  const [clientData, data, signature, publicKey] = [
    'client_data',
    'authenticator_data',
    'signature',
    'key',
  ].map((column) => bytea(row[`${name}_${column}`]));
  const said = JSON.parse(clientData);
  expect(
    `${name}: the challenge is not its digest`,
    said.challenge === sha256(row[name]).toString('base64url'),
  );
  expect(
    `${name}: not the use of a passkey at ${origin}`,
    said.type === 'webauthn.get' && said.origin === origin,
  );
  expect(`${name}: signed for another site`, data.subarray(0, 32).equals(sha256(hostname)));
  expect(`${name}: the user was not verified`, (data[32] & 5) === 5);
  const { key, digest } = keyOf(publicKey);
  const whole = Buffer.concat([data, sha256(clientData)]);
  expect(`${name}: the signature is wrong`, verify(digest, whole, key, signature));
  return JSON.parse(row[name]);
}

const request = signed('request');
expect('request: another override', request.type === 'override_request' && request.id === row.id);
expect('request: another account', request.account === row.account_id);
expect('request: another member', request.requested_by === row.requester_id);
if (row.approval) {
  const approval = signed('approval');
  expect('approval: another override', approval.type === 'override_approval' && approval.id === row.id);
  expect('approval: another request', approval.request === sha256(row.request).toString('base64url'));
  expect('approval: another member', approval.approved_by === row.approver_id);
  expect('approval: by the requester', approval.approved_by !== request.requested_by);
  const usable = Date.parse(approval.approved_at) + request.wait_hours * 3_600_000;
  if (row.used_at) expect('used before its time', Date.parse(row.used_at) >= usable);
}
for (const one of wrong) process.stdout.write(`wrong: ${one}\n`);
if (wrong.length === 0)
  process.stdout.write(
    `good: requested by ${row.requester_id}, ${row.approval ? `approved by ${row.approver_id}` : 'not approved'}\n`,
  );
process.exitCode = wrong.length === 0 ? 0 : 1;
