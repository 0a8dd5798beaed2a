/** What was typed as one line, as reasons and names are kept: each run of line breaks, unseen characters and spaces is one space. */
export const inOneLine = (typed: string): string =>
  typed.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** The digits of what was typed as ASCII, also those that a keyboard for Chinese types in full width. */
export const digitsOf = (typed: string): string => typed.normalize('NFKC').replace(/\D/g, '');
