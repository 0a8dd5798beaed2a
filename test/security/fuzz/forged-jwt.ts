/** What a member of a JWT is not expected to be, as JSON text: names of Object.prototype, numbers without an end, what no text can be made of. */
export const oddValues: readonly string[] = [
  ...[
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'length',
    '',
    ' ',
    '0',
  ],
  ...[
    'none',
    'NONE',
    'HS256',
    'HS512',
    'ES256',
    'ES384',
    'PS256',
    'RS256',
    'EdDSA',
    'es256',
    'ES256\u0000',
    'dir',
  ],
  ...[
    'JWT',
    'AT+JWT',
    'one',
    '../one',
    'https://evil.example/',
    'NaN',
    'Infinity',
    'x'.repeat(2_000),
    '\u{1f4a5}',
  ],
]
  .map((text) => JSON.stringify(text))
  .concat([
    ...['null', 'true', 'false', '0', '-0', '-1', '1', '1.5', '1e308', '-1e308', '1e400', '-1e400'],
    ...[
      '9007199254740993',
      '"\\ud800"',
      '"\\u0000"',
      '[]',
      '[[]]',
      '[null]',
      '["ES256"]',
      '["one"]',
      '["at+jwt"]',
    ],
    ...[
      '["exp"]',
      '["b64"]',
      '{}',
      '{"0":"ES256"}',
      '{"length":1}',
      '{"toString":1,"valueOf":1}',
      '{"__proto__":null}',
    ],
    ...['{"toString":"ES256"}', '{"then":1}', '{"includes":1}', `${'['.repeat(2_500)}${']'.repeat(2_500)}`],
  ]);

const without = (of: object, name: string) =>
  Object.fromEntries(Object.entries(of).filter(([one]) => one !== name));

/** JSON objects that differ in one member from a valid one: each of its members, and each of the others, as each odd value, and left out. */
export function oddObjects(valid: object, others: readonly string[] = []): { what: string; json: string }[] {
  const names = [...Object.keys(valid), ...others];
  return names.flatMap((name) => {
    const rest = JSON.stringify(without(valid, name)).slice(1, -1);
    const member = (value: string) => `{${rest}${rest && ','}${JSON.stringify(name)}:${value}}`;
    return [
      { what: `no ${name}`, json: `{${rest}}` },
      ...oddValues.map((value) => ({ what: `${name} ${value.slice(0, 40)}`, json: member(value) })),
    ];
  });
}

/** Members of a header that say how to read or verify a token (RFC 7515 §4.1, RFC 7516 §4.1, RFC 7797). */
export const headerMembers = 'jku jwk x5u x5c x5t cty crit b64 zip enc exp iss __proto__ constructor'.split(
  ' ',
);

const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url');

/** What is no JWT, or no whole one. */
export function brokenShapes(token: string): string[] {
  const [head = '', body = '', signature = ''] = token.split('.');
  const heads = [
    '',
    'e30',
    'bnVsbA',
    'W10',
    'IiI',
    'MQ',
    'A',
    '_',
    '=',
    head.slice(1),
    base64url('\ufeff{}'),
  ];
  const notUtf8 = base64url(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
  const deep = base64url(`${'{"a":'.repeat(1_800)}1${'}'.repeat(1_800)}`);
  return [
    ...[
      '.',
      '..',
      '...',
      '....',
      'a',
      'a.b',
      'a.b.c',
      '-._.~',
      '/+=',
      token.repeat(2),
      `${token}.`,
      `.${token}`,
    ],
    ...[...heads, notUtf8, deep].flatMap((part) => [
      `${part}.${body}.${signature}`,
      `${head}.${part}.${signature}`,
      `${head}.${body}.${part}`,
      `${part}.${part}.${part}`,
    ]),
  ];
}

/** Tokens made of a valid one without its key: broken ones, and those with an odd algorithm, key id or token id, or nested by the thousand. */
export function forgedTokens(token: string): string[] {
  const [head = '', body = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  const deep = `{"jti":${JSON.stringify(read(body).jti)},"x":${'['.repeat(5_600)}${']'.repeat(5_600)}}`;
  const { alg, kid } = read(head);
  return [
    ...brokenShapes(token),
    ...oddObjects({ alg, kid }).map(({ json }) => `${base64url(json)}.${body}.${signature}`),
    ...[deep, ...oddObjects({ jti: 1 }).map(({ json }) => json)].map(
      (json) => `${head}.${base64url(json)}.${signature}`,
    ),
  ].filter((one) => one !== token);
}
