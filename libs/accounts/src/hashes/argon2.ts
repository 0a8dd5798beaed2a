import { timingSafeEqual } from 'node:crypto';
import { hash, hashRaw } from '@node-rs/argon2';
import { fromBase64, type HashScheme, type OpenedHash, toBase64, unfitLength } from './hash-scheme.js';

/** Of the library: its enums are of types only. */
const algorithms = { d: 0, i: 1, id: 2 } as const;
const versions = { 16: 0, 19: 1 } as const;
type Type = keyof typeof algorithms;
type Version = keyof typeof versions;

interface Parameters {
  type: Type;
  /** Both, for a hash that does not name its version. */
  versions: Version[];
  memory: number;
  passes: number;
  lanes: number;
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const own = { memory: 19_456, passes: 2, lanes: 1 };
export const ownCost = `m=${own.memory},t=${own.passes},p=${own.lanes}`;

/** @returns a PHC string */
export const hashByArgon2 = (password: string): Promise<string> =>
  hash(password, { memoryCost: own.memory, timeCost: own.passes, parallelism: own.lanes });

/** At least what RFC 9106 §3.1 asks for, at most what no sign-in takes a second for. KiB, KiB × passes, lanes. */
const most = { memory: 131_072, work: 786_432, lanes: 16 };

function outOfBounds({ memory, passes, lanes, versions: tried }: Parameters): string | undefined {
  if (lanes < 1 || lanes > most.lanes) return `p of argon2 must be 1 to ${most.lanes}`;
  if (memory < 8 * lanes || memory > most.memory) return `m of argon2 must be 8 × p to ${most.memory} (KiB)`;
  const work = memory * passes * tried.length;
  return passes >= 1 && work <= most.work
    ? undefined
    : `t of argon2 must be at least 1, and m × t at most ${most.work / tried.length}`;
}

const form = /^\$argon2(id|i|d)(?:\$v=(\d{1,3}))?\$([a-z0-9=,]{1,60})\$([^$]{1,1400})\$([^$]{1,1400})$/;

interface Read extends Parameters {
  salt: Buffer;
  result: Buffer;
}

/** @returns why it is refused */
function parse(text: string): Read | string | undefined {
  const [, type, version, parameters = '', salt = '', result = ''] = form.exec(text) ?? [];
  if (type === undefined)
    return text.startsWith('$argon2') ? 'not an argon2 hash as a PHC string' : undefined;
  if (version !== undefined && version !== '16' && version !== '19') return 'v of argon2 must be 16 or 19';
  const pairs = parameters.split(',').map((pair) => /^(m|t|p)=(\d{1,9})$/.exec(pair));
  const named = new Map(pairs.map((pair) => [pair?.[1], Number(pair?.[2])]));
  const [memory, passes, lanes] = [named.get('m'), named.get('t'), named.get('p')];
  if (pairs.length !== 3 || memory === undefined || passes === undefined || lanes === undefined)
    return 'an argon2 hash must have m, t and p, and no other parameter';
  const bytes = { salt: fromBase64(salt), result: fromBase64(result) };
  const unfit = unfitLength('salt', bytes.salt) ?? unfitLength('result', bytes.result);
  if (unfit !== undefined || !bytes.salt || !bytes.result) return unfit;
  if (bytes.salt.length < 8) return 'the salt of argon2 must be at least 8 bytes';
  // By the reference implementation, a hash without a version is of version 16. Some libraries leave out 19 too.
  const tried: Version[] = version === undefined ? [16, 19] : [Number(version) as Version];
  return {
    type: type as Type,
    versions: tried,
    memory,
    passes,
    lanes,
    salt: bytes.salt,
    result: bytes.result,
  };
}

const costOf = ({ type, versions: tried, memory, passes, lanes }: Parameters): string => {
  const text = `m=${memory},t=${passes},p=${lanes}`;
  // The previous releases knew argon2id of version 19 only.
  return type === 'id' && tried.join() === '19' ? text : `argon2${type}-${tried.join('+')} ${text}`;
};

const costForm = /^(?:argon2(id|i|d)-(16|19|16\+19) )?m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})$/;

function parseCost(text: string): Parameters | undefined {
  const [all, type = 'id', tried = '19', ...numbers] = costForm.exec(text) ?? [];
  const [memory = 0, passes = 0, lanes = 0] = numbers.map(Number);
  if (all === undefined) return undefined;
  return { type: type as Type, versions: tried.split('+').map(Number) as Version[], memory, passes, lanes };
}

const compute = (
  { type, memory, passes, lanes }: Parameters,
  version: Version,
  password: Buffer,
  { salt, length }: { salt: Buffer; length: number },
): Promise<Buffer> =>
  hashRaw(password, {
    algorithm: algorithms[type],
    version: versions[version],
    memoryCost: memory,
    timeCost: passes,
    parallelism: lanes,
    outputLen: length,
    salt,
  });

function opened(read: Read): OpenedHash {
  return {
    cost: costOf(read),
    async matches(password) {
      let isRight = false;
      for (const version of read.versions) {
        const { salt, result } = read;
        const computed = await compute(read, version, password, { salt, length: result.length });
        isRight = timingSafeEqual(computed, result) || isRight;
      }
      return isRight;
    },
  };
}

/** RFC 9106, as the reference implementation writes it: argon2id, argon2i and argon2d, of version 16 and 19. */
export const argon2: HashScheme = {
  read(text) {
    const read = parse(text);
    if (read === undefined) return undefined;
    if (typeof read === 'string') return { refused: read };
    const refused = outOfBounds(read);
    if (refused !== undefined) return { refused };
    const { type, versions: tried, memory, passes, lanes, salt, result } = read;
    const version = tried.length === 1 ? `$v=${tried[0]}` : '';
    const parameters = `m=${memory},t=${passes},p=${lanes}`;
    return { stored: `$argon2${type}${version}$${parameters}$${toBase64(salt)}$${toBase64(result)}` };
  },
  open(stored) {
    const read = parse(stored);
    return typeof read === 'object' ? opened(read) : undefined;
  },
  cost(text) {
    const cost = parseCost(text);
    if (!cost || outOfBounds(cost) !== undefined) return undefined;
    return {
      time: (cost.memory * cost.passes * cost.versions.length) / 900,
      async pay(password) {
        for (const version of cost.versions)
          await compute(cost, version, password, { salt: Buffer.alloc(16), length: 32 });
      },
    };
  },
};
