import { createCipheriv, scrypt as derive, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64, type HashScheme, type ReadHash, toBase64, unfitLength } from './hash-scheme.js';

interface Parameters {
  /** The binary logarithm of N. */
  ln: number;
  r: number;
  p: number;
}

const compute = promisify<
  Buffer,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(derive);

/** OWASP's first choice is N = 2^17, r = 8, p = 1: it is the dearest that is taken. Its memory is 128 MiB. */
const bounds = { ln: [10, 17], blocks: 2 ** 20, p: [1, 16] } as const;

function outOfBounds({ ln, r, p }: Parameters): string | undefined {
  if (!(ln >= bounds.ln[0] && ln <= bounds.ln[1])) return 'ln of scrypt must be 10 to 17 (N 1024 to 131072)';
  if (!(p >= bounds.p[0] && p <= bounds.p[1])) return 'p of scrypt must be 1 to 16';
  return r >= 1 && 2 ** ln * r * p <= bounds.blocks
    ? undefined
    : `r of scrypt must be at least 1, and N × r × p at most ${bounds.blocks}`;
}

const run = (
  password: Buffer,
  { ln, r, p }: Parameters,
  { salt, length }: { salt: Buffer; length: number },
) => {
  const N = 2 ** ln;
  return compute(password, salt, length, { N, r, p, maxmem: 256 * N * r + 256 * r * p + 65_536 });
};

/** `$firescrypt$` has two more fields: the salt separator and the signer key of the Firebase project. */
const form =
  /^\$(scrypt|firescrypt)\$ln=(\d{1,7}),r=(\d{1,7}),p=(\d{1,7})\$([^$]{0,1400})\$([^$]{1,1400})(?:\$([^$]{0,100})\$([^$]{1,200}))?$/;
const costForm = /^scrypt ln=(\d{1,2}),r=(\d{1,7}),p=(\d{1,7})$/;

interface Read extends Parameters {
  salt: Buffer;
  result: Buffer;
  firebase?: { separator: Buffer; key: Buffer };
}

function parse(text: string): Read | string | undefined {
  const [, scheme, ln, r, p, salt = '', result = '', separator, key] = form.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const bytes = { salt: fromBase64(salt), result: fromBase64(result) };
  const unfit = unfitLength('salt', bytes.salt) ?? unfitLength('result', bytes.result);
  if (unfit !== undefined || !bytes.salt || !bytes.result) return unfit;
  const numbers = { ln: logarithm(Number(ln)), r: Number(r), p: Number(p) };
  const read = { ...numbers, salt: bytes.salt, result: bytes.result };
  if ((scheme === 'firescrypt') !== (key !== undefined)) return wrongForm;
  if (key === undefined) return read;
  const project = { separator: fromBase64(separator ?? ''), key: fromBase64(key) };
  if (!project.separator || !project.key || project.key.length !== read.result.length)
    return 'the signer key and the salt separator of firescrypt must be those of the Firebase project, in base64';
  return { ...read, firebase: { separator: project.separator, key: project.key } };
}

const wrongForm =
  'not a scrypt hash: $scrypt$ln=…,r=…,p=…$salt$result, $7$…, or $firescrypt$ln=…,r=…,p=…$salt$result$salt_separator$signer_key';

/** Some write N where others write its logarithm. @returns NaN when it is neither */
const logarithm = (number: number): number =>
  number < 64 || !Number.isInteger(Math.log2(number)) ? number : Math.log2(number);

const written = (scheme: string, { ln, r, p }: Parameters, ...fields: Buffer[]): string =>
  [`$${scheme}$ln=${ln},r=${r},p=${p}`, ...fields.map(toBase64)].join('$');

function readParsed(read: Read | string | undefined): ReadHash {
  if (typeof read !== 'object') return { refused: read ?? wrongForm };
  const refused = outOfBounds(read);
  if (refused !== undefined) return { refused };
  const { salt, result, firebase } = read;
  return {
    stored: firebase
      ? written('firescrypt', read, salt, result, firebase.separator, firebase.key)
      : written('scrypt', read, salt, result),
  };
}

/** The alphabet of crypt(5), least significant character first. */
const crypt = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const numberIn = (text: string): number =>
  [...text].reduceRight((sum, each) => sum * 64 + crypt.indexOf(each), 0);

/** Three bytes are four characters. */
function bytesIn(text: string): Buffer {
  const groups = text.match(/.{1,4}/g) ?? [];
  return Buffer.concat(
    groups.map((group) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(numberIn(group));
      return bytes.subarray(0, Math.floor((group.length * 6) / 8));
    }),
  );
}

/** libxcrypt and libsodium, crypt(5): the salt is text. */
function readCrypt(text: string): Read | undefined {
  const [, ln = '', r = '', p = '', salt = '', result = ''] =
    /^\$7\$([./\w])([./\w]{5})([./\w]{5})([!-#%-~]{0,1024})\$([./A-Za-z0-9]{43})$/.exec(text) ?? [];
  if (ln === '') return undefined;
  const numbers = { ln: numberIn(ln), r: numberIn(r), p: numberIn(p) };
  return { ...numbers, salt: Buffer.from(salt), result: bytesIn(result) };
}

/** Django (`scrypt$N$salt$r$p$result`) and Werkzeug (`scrypt:N:r:p$salt$result in hex`): the salt is text. */
function readPython(text: string): Read | undefined {
  const django = /^scrypt\$(\d{1,7})\$([^$]{1,1024})\$(\d{1,7})\$(\d{1,7})\$([^$]{1,1400})$/.exec(text);
  const werkzeug = /^scrypt:(\d{1,7}):(\d{1,7}):(\d{1,7})\$([^$]{1,1024})\$((?:[0-9a-f]{2}){16,1024})$/.exec(
    text,
  );
  const [N, r, p, salt = '', result] = django
    ? [django[1], django[3], django[4], django[2], fromBase64(django[5] ?? '')]
    : [werkzeug?.[1], werkzeug?.[2], werkzeug?.[3], werkzeug?.[4], Buffer.from(werkzeug?.[5] ?? '', 'hex')];
  if (N === undefined || !result) return undefined;
  return { ln: Math.log2(Number(N)), r: Number(r), p: Number(p), salt: Buffer.from(salt), result };
}

/** The `scrypt` of Java and Go libraries: `$s0$` and the parameters in one hexadecimal number. */
function readS0(text: string): Read | undefined {
  const [, hex, salt, result] = /^\$s0\$([0-9a-f]{5,8})\$([^$]{1,1400})\$([^$]{1,1400})$/.exec(text) ?? [];
  const bytes = { salt: fromBase64(salt ?? ''), result: fromBase64(result ?? '') };
  if (hex === undefined || !bytes.salt || !bytes.result) return undefined;
  const number = Number.parseInt(hex, 16);
  return {
    ln: number >>> 16,
    r: (number >>> 8) & 255,
    p: number & 255,
    salt: bytes.salt,
    result: bytes.result,
  };
}

const isScrypt = /^(\$(scrypt|firescrypt|7|s0)\$|scrypt[:$])/;

/** RFC 7914, and Firebase's: the key from scrypt encrypts the signer key of the project (github.com/firebase/scrypt). */
export const scrypt: HashScheme = {
  read: (text) =>
    isScrypt.test(text)
      ? readParsed(parse(text) ?? readCrypt(text) ?? readPython(text) ?? readS0(text))
      : undefined,
  open(stored) {
    const read = parse(stored);
    if (typeof read !== 'object') return undefined;
    const { ln, r, p, salt, result, firebase } = read;
    const cost = `scrypt ln=${ln},r=${r},p=${p}`;
    const whole = firebase ? Buffer.concat([salt, firebase.separator]) : salt;
    return {
      cost,
      async matches(password) {
        const length = firebase ? 64 : result.length;
        const derived = await run(password, read, { salt: whole, length });
        return timingSafeEqual(firebase ? signed(derived, firebase.key) : derived, result);
      },
    };
  },
  cost(text) {
    const [all, ...numbers] = costForm.exec(text) ?? [];
    const [ln = 0, r = 0, p = 0] = numbers.map(Number);
    if (all === undefined || outOfBounds({ ln, r, p }) !== undefined) return undefined;
    return {
      time: (2 ** ln * r * p) / 1500,
      pay: (password) => run(password, { ln, r, p }, { salt: Buffer.alloc(16), length: 64 }),
    };
  },
};

const signed = (derived: Buffer, key: Buffer): Buffer =>
  createCipheriv('aes-256-ctr', derived.subarray(0, 32), Buffer.alloc(16)).update(key);
