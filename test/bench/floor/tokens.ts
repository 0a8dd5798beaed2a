import { createHash, type KeyObject, randomUUID, sign, verify } from 'node:crypto';

/** JWTs (RFC 7519) for one algorithm: ES256, with a signature of 64 bytes (RFC 7518 §3.4). */
export const issuer = 'floor';
const dsaEncoding = 'ieee-p1363';

export interface Claims {
  iss: string;
  sub: string;
  aud: string;
  client_id: string;
  scope: string;
  sid?: string;
  iat: number;
  exp: number;
  jti: string;
}

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = base64url({ alg: 'ES256', typ: 'at+jwt', kid: 'floor' });

export function signAccess(
  key: KeyObject,
  about: Pick<Claims, 'sub' | 'client_id' | 'scope' | 'sid'>,
  seconds: number,
): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { ...about, iss: issuer, aud: issuer, iat, exp: iat + seconds, jti: randomUUID() };
  const signed = `${header}.${base64url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding }).toString('base64url')}`;
}

/** @returns undefined for a token that this issuer has not signed, or that has expired */
export function verifyAccess(key: KeyObject, token: string): Claims | undefined {
  const [head = '', body = '', signature = '', more] = token.split('.');
  if (head !== header || more !== undefined) return undefined;
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify('sha256', signed, { key, dsaEncoding }, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  return claims.iss === issuer && claims.exp > Date.now() / 1000 ? claims : undefined;
}
