import { createHash } from 'node:crypto';

type Plain = string | number | boolean | readonly string[] | undefined;

/**
 * JSON in one spelling (RFC 8785) of an object whose members are texts, numbers, booleans and lists of texts: members in the order of their UTF-16 code
 * units, no white space, texts and numbers as ECMAScript writes them.
 */
export const canonicalJson = (value: Readonly<Record<string, Plain>>): string =>
  `{${Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`)
    .join(',')}}`;

/** The challenge that stands for a document: its SHA-256 digest. */
export const challengeOfDocument = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');
