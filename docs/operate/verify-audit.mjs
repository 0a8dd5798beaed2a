// Verifies an export of the audit: node verify-audit.mjs EXPORT KEYS [ANCHORS]. It needs Node.js and nothing else; the format is in audit.md.
import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [exported, keyFile, anchorFile] = process.argv.slice(2);
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left, right) => sha256(Buffer.of(1), left, right);
const decode = (text) => Buffer.from(text, 'base64');

/** RFC 8785 for what events consist of: JavaScript's own way to write numbers and strings, and members in the order of UTF-16. */
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
};

const keys = readFileSync(keyFile, 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const raw = decode(line.slice(line.indexOf('+', line.indexOf('+') + 1) + 1)).subarray(1);
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  });

/** The head that a note holds, if one of the keys has signed it. */
const open = (note) => {
  const end = note.indexOf('\n\n') + 1;
  const signature = decode(note.slice(end).trim().split(' ')[2]).subarray(4);
  const [origin, size, root] = note.split('\n');
  return keys.some((key) => verify(null, Buffer.from(note.slice(0, end)), key, signature))
    ? { origin, size: Number(size), root }
    : undefined;
};

const wrong = [];
const dayMs = 86_400_000;
const anchors = anchorFile
  ? readFileSync(anchorFile, 'utf8')
      .match(/(?:[^\n—][^\n]*\n)+\n— \S+ \S{92,}\n/g)
      .map(open)
  : [];
const lines = readFileSync(exported, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const [log] = lines;
let size = log.first;
/** Roots of the full subtrees of all leaves so far, from the left, each with its number of leaves. */
const full = [];
for (let left = log.first, at = 1; left > 0; at++) {
  const leaves = 2 ** Math.floor(Math.log2(left));
  full.push({ leaves, hash: decode(lines[at].hash) });
  left -= leaves;
}
const root = () =>
  full
    .map(({ hash }) => hash)
    .reduceRight((right, left) => node(left, right))
    .toString('base64');

/** Compares the tree so far with the heads that anchors have of its size. */
const compareAnchors = () => {
  for (const head of anchors)
    if (head?.size === size && (head.origin !== log.origin || head.root !== root()))
      wrong.push(`size ${size}: an anchor has another tree`);
};

/** The size of the last good head: what is behind it is signed by nobody. */
let signed = 0;
/** In a log that has forgotten its beginning, the event that said so may be forgotten just before the last that it is about. */
const firstAt = Date.parse(lines.find(({ content }) => content)?.content.at);
const isAtForgottenEnd = ({ at }) => log.first > 0 && Math.abs(Date.parse(at) - firstAt) < dayMs;
/** Accounts whose erasure is an event of this log. */
const erased = new Set(
  lines.filter(({ content }) => content?.event === 'user_erased').map(({ content }) => content.account),
);

if (size > 0) compareAnchors();
for (const { type, position, leaf, content, opens, note } of lines) {
  if (type === 'event') {
    if (position !== size) wrong.push(`position ${size}: the event is another one, or missing`);
    if (
      !content ||
      sha256(Buffer.of(0), Buffer.from(canonical({ v: 1, ...content }))).toString('base64') !== leaf
    )
      wrong.push(`position ${size}: not what was sealed`);
    if (
      opens &&
      createHmac('sha256', decode(opens.salt)).update(opens.account_id).digest('base64url') !==
        content.account
    )
      wrong.push(`position ${size}: another account`);
    if (content?.account && !opens && !erased.has(content.account) && !isAtForgottenEnd(content))
      wrong.push(`position ${size}: its account was taken away`);
    full.push({ leaves: 1, hash: decode(leaf ?? '') });
    while (full.at(-1).leaves === full.at(-2)?.leaves) {
      const [right, left] = [full.pop(), full.pop()];
      full.push({ leaves: left.leaves * 2, hash: node(left.hash, right.hash) });
    }
    size++;
    compareAnchors();
  }
  if (type === 'checkpoint') {
    const head = open(note);
    if (!head || head.origin !== log.origin || head.size !== size || head.root !== root())
      wrong.push(`size ${size}: a head that does not fit`);
    else signed = head.size;
  }
}
for (const head of anchors)
  if (!head || head.size > size) wrong.push(`the log ends at ${size}, before the head of an anchor`);
if (signed !== size)
  wrong.push(`no signed head covers the end: the last is of ${signed}, the log ends at ${size}`);
if (lines.at(-1).type !== 'end' || lines.at(-1).lines !== lines.length || size !== log.size)
  wrong.push('the file is not complete');
const verdict =
  wrong.length === 0
    ? `${log.origin}: positions ${log.first} to ${size - 1} are as sealed`
    : wrong.join('\n');
process.stdout.write(`${verdict}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
