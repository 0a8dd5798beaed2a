const isDigit = /^\p{Nd}$/u;

/** The text without format characters (Unicode Cf, such as the marks of direction around a copied number) and variation selectors. */
export const withoutInvisible = (text: string): string =>
  text.replace(/[\p{Cf}\p{Variation_Selector}]/gu, '');

/** The text without spaces and format characters at its ends: marks of direction around a copied address, a zero-width space after it. */
export const trimInvisible = (text: string): string => text.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '');

/** The text with the decimal digits of every script (Unicode Nd) as `0` to `9`. */
export const foldDigits = (text: string): string => text.replace(/[^\P{Nd}0-9]/gu, digitOf);

/** Each script has its ten digits in a row, from zero to nine (Unicode Character Encoding Stability Policies, Numeric_Type). */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (isDigit.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
