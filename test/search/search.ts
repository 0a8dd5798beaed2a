import type { Form } from './secret-forms.js';

const windowBytes = 7;
const factor = 0x01000193;
const tableBits = 24;
/** Read once: inside of a test, reading a global takes longer than the rest of a step. */
const { imul, min } = Math;

/** Searches thousands of byte strings at once, at every position (Rabin and Karp): each has at least seven bytes. */
export class Search {
  private readonly table = new Uint8Array(1 << (tableBits - 3));
  private readonly byHash = new Map<number, Form[]>();
  private readonly outgoing: number;

  constructor(forms: readonly Form[]) {
    let power = 1;
    for (let n = 1; n < windowBytes; n++) power = imul(power, factor);
    this.outgoing = power;
    for (const form of forms) {
      if (form.bytes.length < windowBytes)
        throw new Error(`${form.kind} as ${form.form} is too short to search for`);
      let hash = 0;
      for (let n = 0; n < windowBytes; n++) hash = (imul(hash, factor) + (form.bytes[n] ?? 0)) | 0;
      const place = hash >>> (32 - tableBits);
      this.table[place >> 3] = (this.table[place >> 3] ?? 0) | (1 << (place & 7));
      this.byHash.set(hash, [...(this.byHash.get(hash) ?? []), form]);
    }
  }

  /** @returns the strings that these bytes contain, each once */
  in(bytes: Buffer): Set<Form> {
    const found = new Set<Form>();
    const { table, outgoing, byHash } = this;
    let hash = 0;
    for (let end = 0; end < bytes.length; end++) {
      if (end >= windowBytes) hash = (hash - imul(bytes[end - windowBytes] as number, outgoing)) | 0;
      hash = (imul(hash, factor) + (bytes[end] as number)) | 0;
      if (end < windowBytes - 1) continue;
      const place = hash >>> (32 - tableBits);
      if (((table[place >> 3] as number) & (1 << (place & 7))) === 0) continue;
      const start = end - windowBytes + 1;
      for (const form of byHash.get(hash) ?? []) {
        const length = form.bytes.length;
        if (
          !found.has(form) &&
          bytes.compare(form.bytes, 0, length, start, min(start + length, bytes.length)) === 0
        )
          found.add(form);
      }
    }
    return found;
  }
}
