import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  ExportVerifier,
  findingKinds,
  logProof,
  type NoteVerifier,
  ProofMaker,
  type Report,
  readVerifier,
  wrongWith,
} from '@rekey/audit';
import { UsageError } from './usage-error.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Only files are read: neither settings nor a database. */
export async function verifyFile(given: string[]): Promise<void> {
  const { file, values } = parsed(given, { anchors: true, json: true });
  const keys = await keysIn(values.keys);
  const [proof, anchors] = [await proofIn(file), await notesIn(values.anchors ?? [])];
  if (proof)
    return tell(values.json === true, { kind: 'proof', wrong: wrongWith(proof, keys) }, proof.events.length);
  const verifier = new ExportVerifier({ keys, anchors });
  for await (const line of linesOf(file)) verifier.read(line);
  const report = verifier.end();
  if (values.json) say(JSON.stringify(report));
  else for (const line of inWords(report, anchors.length)) say(line);
  if (report.findings.length > 0) process.exitCode = 1;
}

function tell(json: boolean, found: { kind: 'proof'; wrong: string[] }, events: number): void {
  if (json) say(JSON.stringify(found));
  else if (found.wrong.length === 0) say(`the proof is right, for ${counted(events, 'event')}`);
  else for (const sentence of found.wrong) say(sentence);
  if (found.wrong.length > 0) process.exitCode = 1;
}

export async function proveFrom(given: string[]): Promise<void> {
  const { file, values } = parsed(given, { account: true, event: true, since: true });
  const { account, event, since } = values;
  if (account === undefined && event === undefined && since === undefined)
    throw new UsageError('"prove" needs --account, --event or --since');
  const keys = await keysIn(values.keys);
  const [earlier] = since === undefined ? [] : await notesIn([since]);
  if (since !== undefined && earlier === undefined) throw new Error(`${since} has no signed head`);
  const wanted = { ...(account && { account }), ...(event && { event }), ...(earlier && { earlier }) };
  const maker = new ProofMaker(wanted, keys);
  for await (const line of linesOf(file)) maker.read(line);
  say(JSON.stringify(maker.end(), null, 2));
}

interface Allowed {
  anchors?: boolean;
  json?: boolean;
  account?: boolean;
  event?: boolean;
  since?: boolean;
}

function parsed(given: string[], allowed: Allowed) {
  const options = {
    keys: { type: 'string' },
    ...(allowed.anchors && { anchors: { type: 'string', multiple: true } }),
    ...(allowed.json && { json: { type: 'boolean' } }),
    ...(allowed.account && { account: { type: 'string' } }),
    ...(allowed.event && { event: { type: 'string' } }),
    ...(allowed.since && { since: { type: 'string' } }),
  } as {
    keys: { type: 'string' };
    anchors: { type: 'string'; multiple: true };
    json: { type: 'boolean' };
    account: { type: 'string' };
    event: { type: 'string' };
    since: { type: 'string' };
  };
  try {
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals: true });
    const [file, ...rest] = positionals;
    if (!file || rest.length > 0) throw new Error('one file is needed');
    return { file, values };
  } catch (fault) {
    throw new UsageError(fault instanceof Error ? fault.message : String(fault));
  }
}

async function keysIn(file: string | undefined): Promise<NoteVerifier[]> {
  if (file === undefined)
    throw new UsageError('--keys is needed: a file with what "keys" says, kept outside of the deployment');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, n) => {
    const key = readVerifier(line);
    if (!key) throw new Error(`${file}, line ${n + 1} is no key of a log`);
    return key;
  });
}

/** Signed notes that stand in files, one behind the other. One whose signature is not whole was not kept, and came again. */
async function notesIn(files: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    const notes = (await readFile(file, 'utf8')).match(/(?:[^\n—][^\n]*\n)+\n(?:— \S+ \S{92,}\n)+/g);
    if (!notes) throw new Error(`${file} has no signed head`);
    found.push(...notes);
  }
  return found;
}

async function proofIn(file: string) {
  // An export begins with a whole object on its first line, a proof does not.
  for await (const line of linesOf(file)) {
    if (line.trim() !== '{') return undefined;
    break;
  }
  const proof = logProof.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!proof.success)
    throw new Error(`${file} is no proof: ${proof.error.issues[0]?.path.join('.')} is not as it should be`);
  return proof.data;
}

/** They end with a line feed and with nothing else: other ends of lines that Unicode knows may stand in an event. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const part of createReadStream(file, 'utf8')) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function inWords(
  { origin, first, size, intact, checkpoints, anchored, findings }: Report,
  anchors: number,
): string[] {
  const what = `${origin ?? 'no log'}: positions ${first} to ${size - 1}, ${counted(intact, 'event')} as sealed, ${counted(checkpoints, 'signed head')}`;
  const outside = `${anchored} of ${counted(anchors, 'head')} of anchors`;
  const lines = findings.map(({ kind, position, to, what: more }) => {
    const place =
      position === undefined
        ? ''
        : to === undefined || to === position
          ? ` at ${position}`
          : ` at ${position} to ${to}`;
    return `${kind}${place}: ${findingKinds[kind]}${more ? ` (${more})` : ''}`;
  });
  const verdict =
    findings.length > 0
      ? 'ALTERED'
      : anchors === 0
        ? 'intact; without the heads of an anchor nobody can tell whether it was cut off or rebuilt'
        : 'intact';
  return [...lines, `${what}, ${outside}: ${verdict}`];
}
