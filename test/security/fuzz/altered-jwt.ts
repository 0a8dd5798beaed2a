import { createHmac, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';

/** A JWT before it is put together. Members are JSON text, so that a name may come twice and a number may be any. */
export interface DraftJwt {
  header: [name: string, json: string][];
  claims: [name: string, json: string][];
  headerText: Alteration;
  claimsText: Alteration;
  headerCode: Code;
  claimsCode: Code;
  signatureCode: Code;
  signedBy: SignedBy;
  shape: Shape;
}

const alterations = [
  'none',
  'spaces',
  'byte order mark',
  'broken UTF-8',
  'array',
  'text',
  'null',
  'cut off',
] as const;
type Alteration = (typeof alterations)[number];
const codes = [
  'base64url',
  'padded',
  'base64',
  'spare bits',
  'space inside',
  'line end',
  'one more',
] as const;
type Code = (typeof codes)[number];
const signers = ['key', 'another key', 'public key as a secret', 'empty secret', 'nobody', 'DER'] as const;
type SignedBy = (typeof signers)[number];
const shapes = ['three parts', 'two parts', 'four parts', 'five parts', 'detached', 'leading space'] as const;
type Shape = (typeof shapes)[number];

export interface FuzzKey {
  alg: 'ES256' | 'RS256' | 'EdDSA' | 'HS256';
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** Numbers around the edges of a second and of the tolerance, and what is no number. */
const times = (now: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(-3600, -31, -30, -29, -1, 0, 1, 29, 30, 31, 3600).map((s) => String(now + s)),
    fc.constantFrom(-30.5, -0.5, 0.5, 30.5).map((s) => String(now + s)),
    fc.constantFrom(`"${now + 60}"`, `[${now + 60}]`, `"${now - 60}"`, `[[${now - 60}]]`, '{}', '""', '[]'),
    fc.constantFrom('null', 'true', 'false', '0', '-0', '-1', '1e3', '1e400', '-1e400', '9007199254740993'),
  );

const texts = (own: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .constantFrom(
        own,
        own.toUpperCase(),
        `${own} `,
        `${own}/`,
        `${own}\u0000`,
        own.slice(0, -1),
        '',
        '\u00e9',
      )
      .map((text) => JSON.stringify(text)),
    fc.constantFrom('null', '1', 'true', '{}', '[]'),
    fc
      .constantFrom([own], [[own]], ['x', own], [own, 1], { 0: own }, { includes: own })
      .map((json) => JSON.stringify(json)),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  );

/** A draft of a valid token, and up to four changes of it. */
export function alteredJwt(of: {
  header: object;
  claims: object;
  issuer: string;
  audience: string;
  now: number;
}): fc.Arbitrary<DraftJwt> {
  const members = (from: object): [string, string][] =>
    Object.entries(from).map(([name, value]) => [name, JSON.stringify(value)]);
  const claim = fc.oneof(
    fc.tuple(fc.constantFrom('exp', 'iat', 'nbf', 'auth_time'), times(of.now)),
    fc.tuple(fc.constant('iss'), texts(of.issuer)),
    fc.tuple(fc.constant('aud'), texts(of.audience)),
    fc.tuple(fc.constantFrom('sub', '__proto__', 'constructor', 'toString'), texts('ada')),
  );
  const headerMember = fc.oneof(
    fc.tuple(
      fc.constant('alg'),
      fc.constantFrom('"none"', '"HS256"', '"ES256"', '"RS256"', '"EdDSA"', '"ES384"', '["ES256"]', 'null'),
    ),
    fc.tuple(
      fc.constant('typ'),
      fc.constantFrom(
        '"JWT"',
        '"AT+JWT"',
        '"application/at+jwt"',
        '"at+jwt;a=b"',
        '["at+jwt"]',
        'null',
        '""',
      ),
    ),
    fc.tuple(
      fc.constant('kid'),
      fc.constantFrom('"other"', '"../one"', 'null', '1', '["one"]', '"\\u006fne"'),
    ),
    fc.tuple(
      fc.constant('crit'),
      fc.constantFrom('["b64"]', '["exp"]', '["x"]', '[]', 'null', '"b64"', '["b64","b64"]'),
    ),
    fc.tuple(fc.constantFrom('b64', 'x', 'exp'), fc.constantFrom('false', 'true', '1', 'null')),
    fc.tuple(
      fc.constantFrom('jwk', 'jku', 'x5u', 'zip', 'cty'),
      fc.constantFrom('{}', '"DEF"', '"http://x/"'),
    ),
  );

  type Change = (draft: DraftJwt) => DraftJwt;
  const set = (
    where: 'header' | 'claims',
    [name, json]: [string, string],
    how: 'replace' | 'before' | 'after',
  ) =>
    ((draft) => {
      const rest = draft[where].filter((member) => how !== 'replace' || member[0] !== name);
      return { ...draft, [where]: how === 'before' ? [[name, json], ...rest] : [...rest, [name, json]] };
    }) as Change;
  const ways = fc.constantFrom('replace', 'replace', 'before', 'after' as const);
  const dropped = (where: 'header' | 'claims', name: string): Change => {
    return (draft) => ({ ...draft, [where]: draft[where].filter((member) => member[0] !== name) });
  };
  const change: fc.Arbitrary<Change> = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(claim, ways).map(([member, how]) => set('claims', member, how)) },
    { weight: 3, arbitrary: fc.tuple(headerMember, ways).map(([member, how]) => set('header', member, how)) },
    fc.constantFrom('iss', 'aud', 'exp', 'iat', 'sub', 'jti').map((name) => dropped('claims', name)),
    fc.constantFrom('alg', 'typ', 'kid').map((name) => dropped('header', name)),
    fc
      .tuple(fc.constantFrom('headerText', 'claimsText'), fc.constantFrom(...alterations))
      .map(([where, how]) => (draft: DraftJwt) => ({ ...draft, [where]: how })),
    fc
      .tuple(fc.constantFrom('headerCode', 'claimsCode', 'signatureCode'), fc.constantFrom(...codes))
      .map(([where, how]) => (draft: DraftJwt) => ({ ...draft, [where]: how })),
    fc.constantFrom(...signers).map((signedBy) => (draft: DraftJwt) => ({ ...draft, signedBy })),
    fc.constantFrom(...shapes).map((shape) => (draft: DraftJwt) => ({ ...draft, shape })),
  );
  const valid: DraftJwt = {
    header: members(of.header),
    claims: members(of.claims),
    headerText: 'none',
    claimsText: 'none',
    headerCode: 'base64url',
    claimsCode: 'base64url',
    signatureCode: 'base64url',
    signedBy: 'key',
    shape: 'three parts',
  };
  return fc
    .array(change, { maxLength: 4 })
    .map((changes) => changes.reduce((draft, each) => each(draft), valid))
    .map((draft) => ({ ...draft, [fc.toStringMethod]: () => JSON.stringify(draft) }));
}

/** Puts the token together: signed after all other changes, so that only the signature's own changes break it. */
export function assemble(draft: DraftJwt, key: FuzzKey, another: FuzzKey): string {
  const head = encoded(altered(draft.header, draft.headerText), draft.headerCode);
  const body = encoded(altered(draft.claims, draft.claimsText), draft.claimsCode);
  const signature = encoded(
    signatureBy(draft.signedBy, key, another, `${head}.${body}`),
    draft.signatureCode,
  );
  const token = `${head}.${body}.${signature}`;
  switch (draft.shape) {
    case 'three parts':
      return token;
    case 'two parts':
      return `${head}.${body}`;
    case 'four parts':
      return `${token}.${signature}`;
    case 'five parts':
      return `${head}.${body}.${body}.${body}.${signature}`;
    case 'detached':
      return `${head}..${signature}`;
    case 'leading space':
      return ` ${token}`;
  }
}

function altered(members: [string, string][], how: Alteration): Buffer {
  const text = `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
  switch (how) {
    case 'none':
      return Buffer.from(text);
    case 'spaces':
      return Buffer.from(` \n${text.replaceAll(':', ' :\t')}\r\n`);
    case 'byte order mark':
      return Buffer.from(`\ufeff${text}`);
    case 'broken UTF-8':
      return Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]);
    case 'array':
      return Buffer.from(`[${text}]`);
    case 'text':
      return Buffer.from(JSON.stringify(text));
    case 'null':
      return Buffer.from('null');
    case 'cut off':
      return Buffer.from(text.slice(0, -1));
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function encoded(bytes: Buffer, how: Code): string {
  const text = bytes.toString('base64url');
  switch (how) {
    case 'base64url':
      return text;
    case 'padded':
      return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
    case 'base64':
      return bytes.toString('base64');
    case 'spare bits':
      return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.at(-1) ?? 'A') ^ 1] ?? '');
    case 'space inside':
      return `${text.slice(0, 4)} ${text.slice(4)}`;
    case 'line end':
      return `${text}\n`;
    case 'one more':
      return `${text}A`;
  }
}

function signatureBy(by: SignedBy, key: FuzzKey, another: FuzzKey, input: string): Buffer {
  switch (by) {
    case 'key':
      return signature(key, input);
    case 'another key':
      return signature(another, input);
    case 'public key as a secret':
      return key.alg === 'HS256'
        ? Buffer.alloc(32)
        : createHmac('sha256', key.publicKey.export({ type: 'spki', format: 'pem' }))
            .update(input)
            .digest();
    case 'empty secret':
      return createHmac('sha256', '').update(input).digest();
    case 'nobody':
      return Buffer.alloc(0);
    case 'DER':
      return key.alg === 'ES256' ? sign('sha256', Buffer.from(input), key.privateKey) : Buffer.alloc(64);
  }
}

function signature({ alg, privateKey }: FuzzKey, input: string): Buffer {
  const bytes = Buffer.from(input);
  if (alg === 'HS256') return createHmac('sha256', privateKey).update(bytes).digest();
  if (alg === 'EdDSA') return sign(null, bytes, privateKey);
  return sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}
