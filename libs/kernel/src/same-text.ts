import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether what was shown is the secret text, in a time that does not tell how much of it was right. */
export const isSameText = (shown: string, secret: string): boolean =>
  timingSafeEqual(digest(shown), digest(secret));
