import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  brokenShapes,
  headerMembers,
  oddObjects,
  oddValues,
} from '../../../test/security/fuzz/forged-jwt.js';
import { createVerifier, type Needs, type Verdict } from './verifier.js';

const issuer = 'https://issuer.example';
const audience = 'https://api.example';
const now = 1_800_000_000;
const header = { alg: 'ES256', typ: 'at+jwt', kid: 'one' };
const claims = {
  iss: issuer,
  sub: 'ada',
  aud: audience,
  client_id: 'web',
  iat: now - 60,
  exp: now + 60,
  jti: 'one',
  scope: 'account',
  auth_time: now - 60,
  acr: 'two',
  amr: ['pwd'],
};
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (key: KeyObject, more: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  kid: 'one',
  ...more,
});
const ours = jwk(publicKey, { alg: 'ES256', use: 'sig' });

const part = (json: string) => Buffer.from(json).toString('base64url');
/** Signed as ES256 with the issuer's key, whatever the header says. */
function token(headerJson = JSON.stringify(header), claimsJson = JSON.stringify(claims)): string {
  const input = `${part(headerJson)}.${part(claimsJson)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const json = (text: string) => new Response(text, { headers: { 'content-type': 'application/json' } });
const metadata = JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks` });
/** An issuer that answers with these texts. */
const issuerOf = (keys: string, about = metadata, introspection = '{"active":true}') =>
  (async (url) => {
    const { pathname } = new URL(String(url));
    if (pathname === '/jwks') return json(keys);
    return json(pathname === '/oauth2/introspect' ? introspection : about);
  }) as typeof fetch;
const verifierOf = (keys: unknown[], more: object = {}) =>
  createVerifier({
    issuer,
    audience,
    now: () => now * 1000,
    fetch: issuerOf(JSON.stringify({ keys })),
    ...more,
  });

const outcomeOf = (verdict: Verdict) => (verdict.ok ? 'ok' : `${verdict.status} ${verdict.cause}`);
/** The outcome of each, or what was thrown. */
const outcomes = (verify: ReturnType<typeof createVerifier>, tokens: string[], needs?: Needs) =>
  Promise.all(
    tokens.map((one) =>
      verify(`Bearer ${one}`, needs).then(outcomeOf, (fault: unknown) => `thrown: ${String(fault)}`),
    ),
  );
const badToken =
  /^40[013] (invalid_request|malformed|algorithm_not_allowed|wrong_type|unknown_key|altered|wrong_issuer|wrong_audience|not_yet_valid|expired|insufficient_\w+)$/;

test('a token of the issuer is accepted', async () => {
  expect(await outcomes(verifierOf([ours]), [token()])).toEqual(['ok']);
});

test('no header makes the verifier throw, and none that names another key, type or algorithm is accepted', async () => {
  const odd = oddObjects(header, headerMembers);
  const seen = await outcomes(
    verifierOf([ours]),
    odd.map((one) => token(one.json)),
  );
  const isValid = ({ json: text }: { json: string }) => {
    const read = JSON.parse(text);
    return Object.entries(header).every(([name, value]) => read[name] === value) && read.crit === undefined;
  };
  const wrong = odd
    .map((one, at) => ({ what: one.what, outcome: seen[at] ?? '', valid: isValid(one) }))
    .filter(({ outcome, valid }) => (valid ? outcome !== 'ok' : !badToken.test(outcome)));
  expect(odd.length).toBeGreaterThan(900);
  expect(wrong).toEqual([]);
});

test('no signed claim of another type makes the verifier throw or lets a need pass', async () => {
  const odd = oddObjects(claims, ['nbf', '__proto__', 'constructor']);
  const needs = { scope: 'account', maxAge: 120, acr: ['two'] };
  const tokens = odd.map((one) => token(undefined, one.json));
  const [plain, needing] = [
    await outcomes(verifierOf([ours]), tokens),
    await outcomes(verifierOf([ours]), tokens, needs),
  ];
  const wrong = odd.flatMap(({ what, json: text }, at) => {
    const read = JSON.parse(text);
    const isText = (name: string) => read[name] === undefined || typeof read[name] === 'string';
    const typed = ['sub', 'client_id', 'jti', 'scope', 'acr'].every(isText);
    const met = read.scope === 'account' && read.auth_time === claims.auth_time && read.acr === 'two';
    return [
      [
        plain[at] ?? '',
        plain[at] === 'ok'
          ? typed && read.sub !== undefined && Number.isFinite(read.exp)
          : badToken.test(plain[at] ?? ''),
      ],
      [needing[at] ?? '', needing[at] === 'ok' ? met : badToken.test(needing[at] ?? '')],
    ]
      .filter(([, good]) => !good)
      .map(([outcome]) => ({ what, outcome }));
  });
  expect(wrong).toEqual([]);
});

test('what is no JWT, and a header that is no text, is refused', async () => {
  const shapes = brokenShapes(token());
  const seen = await outcomes(verifierOf([ours]), shapes);
  expect(shapes.filter((_shape, at) => !badToken.test(seen[at] ?? ''))).toEqual([]);
  const verify = verifierOf([ours]);
  for (const authorization of [
    1,
    {},
    [],
    ['Bearer', token()],
    true,
    'Bearer',
    'Bearer ',
    'Bearer\u0000x',
    'x'.repeat(100_000),
  ])
    expect(outcomeOf(await verify(authorization as string))).toMatch(/^40[01] (missing|invalid_request)$/);
});

const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
const unusable: [string, unknown][] = [
  ['null', null],
  ['a number', 1],
  ['a text', 'one'],
  ['a list', ['one']],
  ['empty', { kid: 'one' }],
  ['symmetric', { kty: 'oct', k: 'AAAA', kid: 'one', alg: 'ES256' }],
  ['private', jwk(privateKey, { alg: 'ES256' })],
  ['of another curve', jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
  ['of another type', jwk(generateKeyPairSync('ed25519').publicKey)],
  ['RSA', jwk(rsa(2048).publicKey)],
  ['for encryption', { ...ours, use: 'enc' }],
  ['for signing only', { ...ours, key_ops: ['sign'] }],
  ['without a coordinate', { ...ours, y: undefined }],
  ['with a coordinate that is too short', { ...ours, x: 'AAAA' }],
  ['not on the curve', { ...ours, x: ours.y }],
  ['not in base64url', { ...ours, x: '====' }],
  ['with numbers for coordinates', { ...ours, x: 1, y: {} }],
  ['of another algorithm', { ...ours, alg: 'RS256' }],
  ...oddValues.map((value): [string, unknown] => [
    `of type ${value.slice(0, 40)}`,
    { ...ours, kty: JSON.parse(value) },
  ]),
];

test('keys that cannot be used are no keys: a token of theirs is a bad token, and other keys still verify', async () => {
  const seen = await Promise.all(
    unusable.map(async ([what, key]) => ({
      what,
      alone: await outcomes(verifierOf([key]), [token()]),
      beside: await outcomes(verifierOf([key, ours]), [token()]),
      before: await outcomes(verifierOf([ours, key]), [token()]),
    })),
  );
  expect(seen).toEqual(
    unusable.map(([what]) => ({ what, alone: ['401 unknown_key'], beside: ['ok'], before: ['ok'] })),
  );
});

test('an RSA key of less than 2048 bits is no key (RFC 7518 §3.3)', async () => {
  const signed = (pair: { privateKey: KeyObject }) => {
    const input = `${part(JSON.stringify({ ...header, alg: 'RS256' }))}.${part(JSON.stringify(claims))}`;
    return `${input}.${sign('sha256', Buffer.from(input), pair.privateKey).toString('base64url')}`;
  };
  const [short, long] = [rsa(1024), rsa(2048)];
  expect(await outcomes(verifierOf([jwk(short.publicKey)]), [signed(short)])).toEqual(['401 unknown_key']);
  expect(await outcomes(verifierOf([jwk(long.publicKey)]), [signed(long)])).toEqual(['ok']);
});

test.each([
  ['no JSON', 'x', metadata],
  ['null', 'null', metadata],
  ['a list', '[]', metadata],
  ['without keys', '{}', metadata],
  ['keys that are no list', '{"keys":{"0":1,"length":1}}', metadata],
  ['metadata: no JSON', '{"keys":[]}', '<html>'],
  ['metadata: null', '{"keys":[]}', 'null'],
  [
    'metadata: another issuer',
    '{"keys":[]}',
    '{"issuer":"https://other.example","jwks_uri":"https://issuer.example/jwks"}',
  ],
  ['metadata: no jwks_uri', '{"keys":[]}', `{"issuer":"${issuer}"}`],
  ['metadata: a jwks_uri that is no text', '{"keys":[]}', `{"issuer":"${issuer}","jwks_uri":{"toString":1}}`],
])('a key set that cannot be read is no fault of the token: %s', async (_what, keys, about) => {
  const verify = verifierOf([], { fetch: issuerOf(keys, about) });
  expect(await outcomes(verify, [token()])).toEqual(['503 issuer_away']);
});

test('a key set that can no longer be read changes nothing for the keys that were', async () => {
  let text = JSON.stringify({ keys: [ours] });
  let at = now * 1000;
  const send: typeof fetch = (url) => issuerOf(text)(url);
  const verify = verifierOf([], { fetch: send, now: () => at });
  expect(await outcomes(verify, [token()])).toEqual(['ok']);
  for (text of ['x', 'null', '{}', '{"keys":null}', '{"keys":"one"}']) {
    at += 40_000;
    const unknown = token(JSON.stringify({ ...header, kid: 'two' }));
    expect(await outcomes(verify, [unknown])).toEqual(['401 unknown_key']);
  }
  const fresh = token(undefined, JSON.stringify({ ...claims, exp: at }));
  expect(await outcomes(verify, [fresh])).toEqual(['ok']);
});

test.each([
  ['null', '503 issuer_away'],
  ['x', '503 issuer_away'],
  ['[]', '401 ended'],
  ['{}', '401 ended'],
  ['{"active":"true"}', '401 ended'],
  ['{"active":1}', '401 ended'],
  ['{"active":false}', '401 ended'],
  ['{"active":true}', 'ok'],
])('an introspection that says %s: %s', async (text, outcome) => {
  const verify = verifierOf([], {
    fetch: issuerOf(JSON.stringify({ keys: [ours] }), metadata, text),
    introspection: { clientId: 'api', clientSecret: 'x' },
  });
  expect(await outcomes(verify, [token()])).toEqual([outcome]);
});
