import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { leafHash } from './hash.js';
import { noteSigner, openNote, readVerifier, signNote, verifierLine, verifierOf } from './note.js';

/** The key, the text and the signature of the documentation of Go's sumdb/note. */
const neumann = {
  // Behind the type, of one byte.
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  line: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};

const signer = noteSigner('audit.example', Buffer.alloc(32, 7));
const verifiers = [verifierOf(signer)];
const head = {
  origin: 'audit.example',
  size: 20_852_163,
  root: leafHash(Buffer.from('a')),
  at: new Date('2026-01-02T03:04:05.000Z'),
};

describe('signed notes', () => {
  test('are, byte for byte, those of Go', () => {
    const peter = noteSigner('PeterNeumann', neumann.seed);
    expect(verifierLine(verifierOf(peter))).toBe(neumann.line);
    expect(signNote(neumann.text, peter)).toBe(`${neumann.text}\n${neumann.signature}`);
    const known = readVerifier(neumann.line);
    expect(known && openNote(`${neumann.text}\n${neumann.signature}`, [known])).toBe(neumann.text);
  });

  test.each([
    ['another text', (note: string) => note.replace('20852163', '20852164')],
    ['another name', (note: string) => note.replace('— audit.example', '— other.example')],
    ['no signature', (note: string) => note.slice(0, note.indexOf('—'))],
    ['no last line feed', (note: string) => note.trimEnd()],
    ['a line that is no signature', (note: string) => `${note}other\n`.replace('— audit', 'audit')],
    ['a signature that is cut', (note: string) => note.replace(/.{8}\n$/, '\n')],
  ])('a checkpoint with %s is none', (_, change) => {
    const note = signCheckpoint(head, signer);
    expect(openCheckpoint(note, verifiers)).toEqual(head);
    expect(change(note)).not.toBe(note);
    expect(openCheckpoint(change(note), verifiers)).toBeUndefined();
  });

  test('a key that others have not heard of opens nothing', () => {
    const other = noteSigner('audit.example', Buffer.alloc(32, 8));
    expect(openCheckpoint(signCheckpoint(head, other), verifiers)).toBeUndefined();
    expect(openCheckpoint(signCheckpoint(head, other), [...verifiers, verifierOf(other)])).toEqual(head);
  });

  test('a line of a key with the id of another is refused', () => {
    expect(readVerifier(neumann.line.replace('c74f20a3', 'c74f20a4'))).toBeUndefined();
    expect(readVerifier('PeterNeumann')).toBeUndefined();
  });
});
