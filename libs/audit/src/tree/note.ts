import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** The signature type of Ed25519 (c2sp.org/signed-note). */
const ed25519 = Buffer.from([1]);
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');
const idLength = 4;
const signatureLength = 64;

/** Who signs notes. */
export interface NoteSigner {
  /** Names the signer in the signature line: no space, no `+`. */
  name: string;
  key: KeyObject;
}

/** Whose signature is believed. */
export interface NoteVerifier {
  name: string;
  /** The first four bytes of the hash of name and key. */
  id: Buffer;
  key: KeyObject;
}

const rawOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(spki.length);

const idOf = (name: string, raw: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.from(`${name}\n`), ed25519, raw]))
    .digest()
    .subarray(0, idLength);

/** @param seed 32 bytes, the private key of RFC 8032 */
export const noteSigner = (name: string, seed: Buffer): NoteSigner => ({
  name,
  key: createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' }),
});

export const verifierOf = ({ name, key }: NoteSigner): NoteVerifier => {
  const publicKey = createPublicKey(key);
  return { name, id: idOf(name, rawOf(publicKey)), key: publicKey };
};

/** A verifier as one line: `<name>+<hexadecimal id>+<base64 of type and key>` (c2sp.org/signed-note). */
export const verifierLine = ({ name, id, key }: NoteVerifier): string =>
  `${name}+${id.toString('hex')}+${Buffer.concat([ed25519, rawOf(key)]).toString('base64')}`;

/** @returns undefined when the line is none, or its id is not that of its key */
export function readVerifier(line: string): NoteVerifier | undefined {
  const [, name, id, typed] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(line.trim()) ?? [];
  if (name === undefined || id === undefined || typed === undefined) return undefined;
  const bytes = Buffer.from(typed, 'base64');
  const raw = bytes.subarray(1);
  if (!bytes.subarray(0, 1).equals(ed25519) || idOf(name, raw).toString('hex') !== id) return undefined;
  const key = createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' });
  return { name, id: Buffer.from(id, 'hex'), key };
}

/** @param text ends with a line feed and has no empty line */
export function signNote(text: string, signer: NoteSigner): string {
  const { id } = verifierOf(signer);
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), signer.key)]).toString('base64');
  return `${text}\n— ${signer.name} ${signature}\n`;
}

/** @returns the text without signatures; undefined unless it is signed by one of these */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  for (const line of lines) {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
    if (name === undefined || encoded === undefined) return undefined;
    const bytes = Buffer.from(encoded, 'base64');
    const [id, signature] = [bytes.subarray(0, idLength), bytes.subarray(idLength)];
    const known = verifiers.find((one) => one.name === name && one.id.equals(id));
    // The first signature by a known key decides.
    if (known)
      return signature.length === signatureLength && verify(null, Buffer.from(text), known.key, signature)
        ? text
        : undefined;
  }
  return undefined;
}
