/** Something that must not be found, and what it is. Codes are searched for otherwise, see {@link DigitRuns}. */
export interface Secret {
  kind: string;
  value: string;
}

/** One way in which bytes may carry a secret. */
export interface Form extends Secret {
  form: string;
  bytes: Buffer;
}

/** What of the Base64 of a text does not depend on what stands around it, when it begins at this offset in a triple. */
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

/** A code: not in clear here, where chance would find it. */
export function formsOfCode({ kind, value }: Secret): Form[] {
  return encodings(Buffer.from(value), '').map(([form, text]) => ({
    kind,
    value,
    form,
    bytes: Buffer.from(text),
  }));
}

/** In clear, as an address has it, in hex and Base64; and the bytes that a token stands for, raw and encoded otherwise. */
export function formsOf({ kind, value }: Secret): Form[] {
  const texts: [string, string][] = [['clear', value], ...encodings(Buffer.from(value), '')];
  if (encodeURIComponent(value) !== value) texts.push(['in an address', encodeURIComponent(value)]);
  const raw = /^[\w-]{43}$|^[\w-]{75}$/.test(value) ? Buffer.from(value, 'base64url') : undefined;
  if (raw) texts.push(...encodings(raw, 'bytes '));
  // Of a signed token also its claims and its signature alone.
  const [, claims, signature] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value) ?? [];
  if (claims && signature) texts.push(['claims', claims], ['signature', signature]);
  const forms = texts.map(([form, text]) => ({ kind, value, form, bytes: Buffer.from(text) }));
  if (raw) forms.push({ kind, value, form: 'bytes', bytes: raw });
  const known = new Set<string>();
  return forms.filter(
    ({ bytes }) => !known.has(bytes.toString('latin1')) && known.add(bytes.toString('latin1')),
  );
}
