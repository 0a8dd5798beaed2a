import { createHash, createHmac } from 'node:crypto';
import { verify } from '@node-rs/bcrypt';
import type { HashScheme } from './hash-scheme.js';

/** Every cost more takes twice as long. 14 is about a second. */
const costs = { least: 4, most: 14 };

/**
 * What a system does to a password before bcrypt, by how it marks the hash: Django's `BCryptSHA256PasswordHasher`, and WordPress since 6.8
 * (`wp_hash_password`). Both have nothing that bcrypt would cut.
 */
const before: Record<string, (password: Buffer) => Buffer> = {
  '': (password) => password,
  bcrypt_sha256$: (password) => Buffer.from(createHash('sha256').update(password).digest('hex')),
  $wp: (password) =>
    Buffer.from(createHmac('sha384', 'wp-sha384').update(trimmed(password)).digest('base64')),
};

/** PHP's `trim`. */
const trimmed = (password: Buffer): string =>
  password.toString().replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '');

/** The C library ends a password at a NUL, and bcrypt reads 72 bytes of it. */
function asRead(password: Buffer): Buffer {
  const nul = password.indexOf(0);
  return (nul < 0 ? password : password.subarray(0, nul)).subarray(0, 72);
}

/** The same work as a comparison with any hash of this cost. */
const hashOfNobody = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

const form = /^(bcrypt_sha256\$|\$wp)?\$2([aby])\$(\d\d)\$([./A-Za-z0-9]{53})$/;
const costForm = /^bcrypt c=(\d{1,2})$/;

const isBcrypt = /^(bcrypt(_sha256)?\$|\$wp\$2|\$2)/;

/** OpenBSD's, `$2a$`, `$2b$` and `$2y$`: the same for every password of up to 255 bytes. */
export const bcrypt: HashScheme = {
  read(text) {
    if (!isBcrypt.test(text)) return undefined;
    // Django writes its own name before the hash.
    const stored = text.replace(/^bcrypt\$(?=\$2)/, '');
    const [all, , , cost] = form.exec(stored) ?? [];
    if (all === undefined)
      return { refused: 'not a bcrypt hash: it begins with $2a$, $2b$ or $2y$ and has 60 characters' };
    if (Number(cost) < costs.least || Number(cost) > costs.most)
      return { refused: `the cost of bcrypt must be ${costs.least} to ${costs.most}` };
    return { stored };
  },
  open(stored) {
    const [all, mark = '', version, cost, rest] = form.exec(stored) ?? [];
    const prepare = before[mark];
    if (all === undefined || !prepare) return undefined;
    const plain = `$2${version}$${cost}$${rest}`;
    return {
      cost: `bcrypt c=${Number(cost)}`,
      matches: (password) => verify(asRead(prepare(password)), plain),
    };
  },
  cost(text) {
    const cost = Number(costForm.exec(text)?.[1] ?? Number.NaN);
    if (!(cost >= costs.least && cost <= costs.most)) return undefined;
    return {
      time: 2 ** cost / 16,
      adds: 'bcrypt',
      // 2^10 + (2^10 + 2^11) = 2^12
      upTo: (dearest) =>
        Array.from(
          { length: Math.max(0, Number(costForm.exec(dearest)?.[1]) - cost) },
          (_, n) => `bcrypt c=${cost + n}`,
        ),
      pay: (password) => verify(asRead(password), hashOfNobody(cost)),
    };
  },
};
