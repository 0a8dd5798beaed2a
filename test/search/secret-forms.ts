/** A value that must not be found, and its kind. Codes have their own search, see {@link DigitRuns}. */
export interface Secret {
  kind: string;
  value: string;
}

/** One encoding of a secret. */
export interface Form extends Secret {
  form: string;
  bytes: Buffer;
}

/** The part of a text's Base64 that does not depend on the bytes around it, when it starts at this offset in a triple. */
function base64Within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function encodings(bytes: Buffer, prefix: string): [form: string, text: string][] {
  const base64 = [0, 1, 2].map((offset): [string, string] => [
    `${prefix}base64+${offset}`,
    base64Within(bytes, offset),
  ]);
  return [
    [`${prefix}hex`, bytes.toString('hex')],
    [`${prefix}HEX`, bytes.toString('hex').toUpperCase()],
    ...base64,
    ...base64.map(([form, text]): [string, string] => [
      form.replace('base64', 'base64url'),
      text.replaceAll('+', '-').replaceAll('/', '_'),
    ]),
  ];
}

/** A code: not in plain digits here, where chance would find it. */
export function formsOfCode({ kind, value }: Secret): Form[] {
  return encodings(Buffer.from(value), '').map(([form, text]) => ({
    kind,
    value,
    form,
    bytes: Buffer.from(text),
  }));
}

/** Plain, URL-encoded, in hex and Base64; and the bytes of a token, raw and in other encodings. */
export function formsOf({ kind, value }: Secret): Form[] {
  const texts: [string, string][] = [['clear', value], ...encodings(Buffer.from(value), '')];
  if (encodeURIComponent(value) !== value) texts.push(['in an address', encodeURIComponent(value)]);
  const raw = /^[\w-]{43}$|^[\w-]{75}$/.test(value) ? Buffer.from(value, 'base64url') : undefined;
  if (raw) texts.push(...encodings(raw, 'bytes '));
  // For a signed token also its claims and its signature alone.
  const [, claims, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value) ?? [];
  if (claims && signature) texts.push(['claims', claims], ['signature', signature]);
  const forms = texts.map(([form, text]) => ({ kind, value, form, bytes: Buffer.from(text) }));
  if (raw) forms.push({ kind, value, form: 'bytes', bytes: raw });
  const known = new Set<string>();
  return forms.filter(
    ({ bytes }) => !known.has(bytes.toString('latin1')) && known.add(bytes.toString('latin1')),
  );
}
