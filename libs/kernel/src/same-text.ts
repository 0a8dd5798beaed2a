import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares a shown text with a secret one. The time does not reveal how much of it was right. */
export const isSameText = (shown: string, secret: string): boolean =>
  timingSafeEqual(digest(shown), digest(secret));
