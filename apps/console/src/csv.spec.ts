import { RefusedException } from '@rekey/http';
import fc from 'fast-check';
import { csvItems } from './csv.js';
import type { ImportItem } from './import-item.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function itemsOf(text: string | Buffer, size = 7): Promise<ImportItem[]> {
  const items: ImportItem[] = [];
  for await (const item of await csvItems(inPieces(Buffer.from(text), size))) items.push(item);
  return items;
}
/** `[line, id]` of an account, `[line, pointer, detail]` of what cannot be read. */
const briefly = (items: ImportItem[]) =>
  items.map((item) =>
    'json' in item ? [item.line, Object(item.json).id] : [item.line, item.pointer, item.detail],
  );

test('an account is read from its columns, in any order', async () => {
  const [item] = await itemsOf(
    'Email_Verified, ROLES ,id,email,phone,phone_verified,username,status,locale,aal,password,password_hash\r\n' +
      'yes,"staff, admin;ops",u-1,mei@example.com,+14155550123,false,mei,disabled,de,2,,"{""a"":""b""}"\r\n',
  );
  expect(item).toMatchObject({
    line: 2,
    json: {
      id: 'u-1',
      username: 'mei',
      addresses: [
        { kind: 'email', value: 'mei@example.com', verified: true },
        { kind: 'phone', value: '+14155550123', verified: false },
      ],
      roles: ['staff', 'admin', 'ops'],
      status: 'disabled',
      locale: 'de',
      aal: 2,
      password: undefined,
      password_hash: '{"a":"b"}',
    },
  });
  const { pointerOf } = item as { pointerOf: (pointer: string) => string };
  expect(['/addresses/0/value', '/addresses/1', '/roles/2', '/id', ''].map(pointerOf)).toEqual([
    '/email',
    '/phone',
    '/roles',
    '/id',
    '',
  ]);
});

const unclosed = 'a quoted field does not end';
const noCsv = 'not a record of CSV: a quote is where none may be';

test.each<[name: string, text: string | Buffer, expected: unknown[]]>([
  [
    'blank lines, and no line break at the end',
    'id\n\na\n  \n\nb',
    [
      [3, 'a'],
      [6, 'b'],
    ],
  ],
  [
    'a BOM and CRLF',
    '\ufeffid\r\na\r\n\r\nb\r\n',
    [
      [2, 'a'],
      [4, 'b'],
    ],
  ],
  [
    'line breaks in quotes',
    'id,username\na,"x\r\n\r\ny"\n"b\n",z\nc,\n',
    [
      [2, 'a'],
      [5, 'b\n'],
      [7, 'c'],
    ],
  ],
  [
    'a quote that does not end',
    'id,username\na,x\n"b,y\nc,z\n',
    [
      [2, 'a'],
      [3, '', unclosed],
      [4, 'c'],
    ],
  ],
  [
    'quotes inside of a field',
    'id,username\na"b,c\nd,e\n"f"g,h\ni,j\n',
    [
      [2, '', unclosed],
      [3, 'd'],
      [4, '', noCsv],
      [5, 'i'],
    ],
  ],
  [
    'a quote that never ends, in a long file',
    `id,username\n"a,x\n${'b,y\n'.repeat(60)}`,
    [[2, '', unclosed], ...Array.from({ length: 60 }, (_, n) => [n + 3, 'b'])],
  ],
  [
    'too few and too many fields',
    'id,username\na\nb,c,d\ne,f\n',
    [
      [2, '', '1 fields, but the header row has 2'],
      [3, '', '3 fields, but the header row has 2'],
      [4, 'e'],
    ],
  ],
  [
    'bytes that are not UTF-8',
    Buffer.from('id,username\na,\xff\nb,c\n"d",\xc3"\ne,f', 'latin1'),
    [
      [2, '', 'not UTF-8'],
      [3, 'b'],
      [4, '', 'not UTF-8'],
      [5, 'e'],
    ],
  ],
  ['UTF-8 that is not ASCII', 'id,username\na,é🐙\n', [[2, 'a']]],
  [
    'a line over 64 KiB',
    `id,username\na,x\n${'y'.repeat(70_000)},z\nb,c\n`,
    [
      [2, 'a'],
      [3, '', 'longer than 64 KiB'],
      [4, 'b'],
    ],
  ],
  [
    'a long line in quotes',
    `id,username\na,"x\n${'y'.repeat(70_000)}",z\nb,c\n`,
    [
      [2, '', unclosed],
      [3, '', 'longer than 64 KiB'],
      [4, 'b'],
    ],
  ],
  [
    'a flag that is none',
    'id,email_verified\na,maybe\nb,TRUE\nc,\n',
    [
      [2, '/email_verified', 'must be true or false'],
      [3, 'b'],
      [4, 'c'],
    ],
  ],
  [
    'a NUL',
    'id,username\na\0,b\nc,d\n',
    [
      [2, 'a\0'],
      [3, 'c'],
    ],
  ],
  ['only a header row', 'id,username\n', []],
])('%s: each record has the line that it begins in, and spoils no other', async (_name, text, expected) => {
  for (const size of [1, 7, 65_536]) {
    if (size > 1 || text.length < 1000) expect(briefly(await itemsOf(text, size))).toEqual(expected);
  }
});

test.each([
  ['', ['']],
  ['\n\n', ['']],
  ['id,mail,name\na,b,c\n', ['/mail', '/name']],
  ['email\nmei@example.com\n', ['/id']],
  ['id,ID\na,b\n', ['/id']],
  ['id;email\na;b\n', ['/id;email', '/id']],
  ['id,username\ra,b\rc,d', ['', '/username\ra', '/b\rc', '/d']],
  ['"id\nusername', ['']],
  [Buffer.from('id,\xff\n', 'latin1'), ['']],
  ['x'.repeat(70_000), ['']],
])('a header row that is not read refuses the whole import: %#', async (text, pointers) => {
  const refused = await itemsOf(text).catch((thrown) => thrown);
  expect(refused).toBeInstanceOf(RefusedException);
  expect(refused.refusal.data.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
});

test('what is written as CSV is read again', async () => {
  const cell = fc.string({ unit: 'grapheme' }).filter((text) => text.trim() !== '' && !text.includes('\r'));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 5 }), async (cells) => {
      const text = `id,username\n${cells.map((each) => `${quoted(each)},x`).join('\n')}\n`;
      const items = await itemsOf(text);
      expect(items.map((item) => 'json' in item && Object(item.json).id)).toEqual(
        cells.map((each) => each.replace(/^\ufeff/, '')),
      );
    }),
    { numRuns: 50 },
  );
});
