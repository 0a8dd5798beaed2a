import { createPrivateKey, createPublicKey, createSecretKey } from 'node:crypto';
import { signingAlgorithms } from '@rekey/kernel';
import { compactVerify, importJWK, jwtVerify } from 'jose';
import { loadKey, makeKey } from './key-material.js';
import { isSigned, signatureOf, signJwt } from './sign-jwt.js';

const signed = async (...[alg, key, input]: [...Parameters<typeof signatureOf>]) =>
  (await signatureOf(alg, key, input)).toString('base64url');

test('HS256 signs the example of RFC 7515 A.1', async () => {
  const key = createSecretKey(
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    'base64url',
  );
  const input =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
  expect(await signed('HS256', key, Buffer.from(input))).toBe('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
});

test('EdDSA signs the example of RFC 8037 A.4', async () => {
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    },
  });
  const input = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
  expect(await signed('EdDSA', key, Buffer.from(input))).toBe(
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  );
});

test('jose verifies an ES256 signature by the key of RFC 7515 A.3', async () => {
  const publicJwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const key = createPrivateKey({
    format: 'jwk',
    key: { ...publicJwk, d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' },
  });
  const input = 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ';
  // Half of all DER encodings are not 64 bytes long; none of these signatures may be DER.
  for (let time = 0; time < 50; time++) {
    const token = `${input}.${await signed('ES256', key, Buffer.from(input))}`;
    const { payload } = await compactVerify(token, await importJWK(publicJwk, 'ES256'));
    expect(Buffer.from(payload).toString()).toBe('{"iss":"joe"}');
  }
});

test.each(signingAlgorithms)(
  'jose verifies a token signed by %s, and refuses an altered one',
  async (alg) => {
    const { privateKey, publicKey } = loadKey(alg, (await makeKey(alg)).privateJwk);
    const token = await signJwt({ alg, kid: 'one', privateKey }, 'at+jwt', { sub: 'Ada \u00e9', exp: 4e9 });
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
      algorithms: [alg],
      typ: 'at+jwt',
    });
    expect(payload).toEqual({ sub: 'Ada \u00e9', exp: 4e9 });
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: 'one' });
    const [head, body = '', signature] = token.split('.');
    const other = Buffer.from(body, 'base64url').toString().replace('Ada', 'Bob');
    const altered = `${head}.${Buffer.from(other).toString('base64url')}.${signature}`;
    await expect(jwtVerify(altered, publicKey)).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  },
);

test('ES256 accepts the token of RFC 7515 A.3', () => {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  };
  const publicKey = createPublicKey({ format: 'jwk', key });
  const token =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
  expect(isSigned({ alg: 'ES256', publicKey }, token)).toBe(true);
});

test.each(signingAlgorithms)('%s accepts the exact encoding of its own signatures only', async (alg) => {
  const keys = loadKey(alg, (await makeKey(alg)).privateJwk);
  const token = await signJwt({ alg, kid: 'one', ...keys }, 'at+jwt', { sub: 'ada' });
  const [head = '', body = '', signature = ''] = token.split('.');
  const isTaken = (text: string) => isSigned({ alg, ...keys }, text);
  expect(isTaken(token)).toBe(true);
  const last = signature.at(-1) as string;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The unused bits of the last character differ: another text with the same bytes.
  const twin = signature.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
  const others = [
    `${head}.${body}.${twin}`,
    `${head}.${body}.${signature} `,
    `${head}.${body}.${signature}=`,
    `${head}.${body}.${signature.slice(0, 5)}.${signature.slice(5)}`,
    `${head}.${body}.${signature.slice(0, -2)}`,
    `${head}.${body}.`,
    `${head}.${body}`,
    `${head} .${body}.${signature}`,
    `${head}.${body.slice(0, -1)}.${signature}`,
    '..',
    '',
  ];
  expect(others.map(isTaken)).toEqual(others.map(() => false));
  const another = loadKey(alg, (await makeKey(alg)).privateJwk);
  expect(isSigned({ alg, ...another }, token)).toBe(false);
});

test('an attacker cannot use the public key as an HMAC secret [RFC8725 3.1]', async () => {
  for (const alg of ['ES256', 'RS256', 'EdDSA'] as const) {
    const { publicKey } = loadKey(alg, (await makeKey(alg)).privateJwk);
    const pem = createSecretKey(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
    const forged = await signJwt({ alg: 'HS256', kid: 'one', privateKey: pem }, 'at+jwt', { sub: 'ada' });
    expect(isSigned({ alg, publicKey }, forged)).toBe(false);
  }
});

test.each(['ES256', 'RS256', 'EdDSA'] as const)(
  'a key of %s whose row says HS256 is refused: everybody could sign with the empty secret',
  async (alg) => {
    const { privateJwk } = await makeKey(alg);
    expect(() => loadKey('HS256', privateJwk)).toThrow('another algorithm');
  },
);
