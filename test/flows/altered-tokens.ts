import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { uuidv7 } from '@rekey/kernel';
import { SignJWT } from 'jose';

type Json = Record<string, unknown>;

export const parts = (token: string) => token.split('.') as [string, string, string];
export const decode = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString());
const encode = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const withHeader = (more: Json) => (token: string) => {
  const [head, body, signature] = parts(token);
  return `${encode({ ...decode(head), ...more })}.${body}.${signature}`;
};
export const withClaims = (more: Json) => (token: string) => {
  const [head, body, signature] = parts(token);
  return `${head}.${encode({ ...decode(body), ...more })}.${signature}`;
};
const flip = (text: string, at: number) =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

export const foreign = async (token: string, header: Json) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new SignJWT(decode(parts(token)[1]) as never)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'theirs', ...header })
    .sign(privateKey);
};

/** A change of a token, and the one cause that diagnosis must find. */
export const altered: [
  what: string,
  cause: string,
  change: (token: string, other: string) => string | Promise<string>,
][] = [
  ['no token at all', 'malformed', () => 'hello'],
  ['two parts', 'malformed', (token) => parts(token).slice(0, 2).join('.')],
  ['four parts', 'malformed', (token) => `${token}.${parts(token)[2]}`],
  ['a header that is no JSON', 'malformed', (token) => `bm8.${token.split('.').slice(1).join('.')}`],
  ['spaces in it', 'malformed', (token) => token.replace('.', ' .')],
  ['alg none', 'header_altered', (token) => withHeader({ alg: 'none' })(token)],
  [
    'alg none without a signature',
    'header_altered',
    (token) => `${withHeader({ alg: 'none' })(token).split('.').slice(0, 2).join('.')}.`,
  ],
  ['alg HS256, for the public key as a secret', 'header_altered', withHeader({ alg: 'HS256' })],
  ['another type', 'header_altered', withHeader({ typ: 'JWT' })],
  ['one more header', 'header_altered', withHeader({ jku: 'https://evil.example' })],
  ['another key id', 'header_altered', withHeader({ kid: 'other' })],
  [
    'a key of its own in the header',
    'header_altered',
    withHeader({ jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } }),
  ],
  ['another algorithm of the same kind', 'header_altered', withHeader({ alg: 'ES384' })],
  ['an extension that must be understood', 'header_altered', withHeader({ crit: ['exp'], exp: 1 })],
  [
    'the same header in another order',
    'header_altered',
    (token) => {
      const [head, body, signature] = parts(token);
      return `${encode(Object.fromEntries(Object.entries(decode(head)).reverse()))}.${body}.${signature}`;
    },
  ],
  ['another account', 'payload_altered', withClaims({ sub: 'demo-ada' })],
  ['a longer life', 'payload_altered', withClaims({ exp: 4_000_000_000 })],
  ['another role', 'payload_altered', withClaims({ roles: ['admin'] })],
  ['a wider scope', 'payload_altered', withClaims({ scope: 'account admin' })],
  ['another client', 'payload_altered', withClaims({ client_id: 'other' })],
  ['another resource', 'payload_altered', withClaims({ aud: 'https://shop.example' })],
  ['another issuer', 'payload_altered', withClaims({ iss: 'https://other.example' })],
  ['another session', 'payload_altered', withClaims({ sid: uuidv7(1_800_000_000_000) })],
  [
    'a stronger proof',
    'payload_altered',
    withClaims({ acr: 'urn:rekey:password:aal2', amr: ['pwd', 'otp'] }),
  ],
  ['a fresher proof', 'payload_altered', withClaims({ auth_time: 4_000_000_000 })],
  ['no end of its life', 'payload_altered', withClaims({ exp: undefined })],
  ['one more claim', 'payload_altered', withClaims({ admin: true })],
  ['no jti', 'payload_altered', withClaims({ jti: undefined })],
  ['another jti', 'payload_altered', withClaims({ jti: uuidv7(1_800_000_000_000) })],
  ['a payload that is no JSON', 'payload_altered', (token) => `${parts(token)[0]}.bm8.${parts(token)[2]}`],
  [
    'one letter of the signature',
    'signature_altered',
    (token) => `${parts(token).slice(0, 2).join('.')}.${flip(parts(token)[2], 7)}`,
  ],
  ['a cut signature', 'signature_altered', (token) => token.slice(0, -4)],
  ['no signature', 'signature_altered', (token) => `${parts(token).slice(0, 2).join('.')}.`],
  [
    'random bytes as a signature',
    'signature_altered',
    (token) => `${parts(token).slice(0, 2).join('.')}.${randomBytes(64).toString('base64url')}`,
  ],
  [
    'the signature of another token',
    'signature_altered',
    (token, other) => {
      return `${parts(token).slice(0, 2).join('.')}.${parts(other)[2]}`;
    },
  ],
];
