/**
 * Characters that nobody sees: format characters (soft hyphens, zero-width characters, marks of direction), and what Unicode says to show
 * as nothing (UAX 44, Default_Ignorable_Code_Point: variation selectors, fillers of Hangul, the combining grapheme joiner). U+2800 is a
 * blank pattern of Braille; U+FFFC takes the place of a picture that was not copied.
 */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/gu;

/** How much text a field for a code, a number or a name takes, in UTF-16 code units: what is pasted may be more than what is meant. */
export const longestTyped = 1_000;

/** The digits, as the alphabet of a code. */
export const decimals = '0123456789';

/** The text without the characters that nobody sees. Control characters, spaces and line breaks stay. */
export const withoutInvisible = (text: string): string => text.replace(invisible, '');

const isDigit = /^\p{Nd}$/u;

/** The text with the digits of every script as `0` to `9`. What is no decimal digit (Unicode Nd) stays: `²`, `Ⅳ`, `三`. */
export const foldDigits = (text: string): string => text.replace(/[^\P{Nd}0-9]/gu, digitOf);

/** Each script has its ten digits in a row (Unicode, stability policies: Numeric_Type), and a row starts with a zero. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (isDigit.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}

/** What a code is made of. */
export interface CodeShape {
  /** The number of its characters. */
  length: number;
  /** Upper-case letters and digits. */
  alphabet: string;
  /** Characters that are typed for those of the alphabet: `{ O: '0' }`. */
  lookAlikes?: Readonly<Record<string, string>>;
  /** A number that touches a letter is no part of a code: `AB12`. Always so in an alphabet that has letters. */
  apart?: boolean;
}

interface Word {
  text: string;
  /** What separates it from the word before. */
  gap: string;
}

/**
 * Reads a code out of what was typed or pasted. Letter case, width, the script of digits, spaces, punctuation and invisible characters do not
 * count, and neither does text around it: `"Your code is 1234 5678."`.
 *
 * @returns undefined when no code of this shape is in it, or more than one: an attempt is one guess
 */
export function readCode(typed: string, shape: CodeShape): string | undefined {
  const runs = wordsOf(typed, shape);
  const readings = runs.flatMap((words) => readingsOf(words, shape.length));
  const only = (some: Word[][]): string | undefined => {
    const texts = new Set(some.map(textOf));
    return texts.size === 1 ? [...texts][0] : undefined;
  };
  // Words around a code can have the length of its parts. Its own parts are as long as one another, and separated by the same.
  return only(readings) ?? only(readings.filter(isEven));
}

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join('');

/** Words of the alphabet, in runs without another word between them. */
function wordsOf(typed: string, { alphabet, lookAlikes = {}, apart }: CodeShape): Word[][] {
  // Decomposed, so that marks come off: a keycap is a digit with one around it.
  const text = foldDigits(withoutInvisible(typed.normalize('NFKD')).replace(/\p{M}/gu, '')).toUpperCase();
  const word = apart || /[A-Z]/.test(alphabet) ? /[\p{Script=Latin}\p{N}]+/gu : /\d+/g;
  const runs: Word[][] = [[]];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(word)) {
    const gap = text.slice(end, index);
    end = index + found.length;
    const characters = [...found].map((character) => lookAlikes[character] ?? character);
    const fits = characters.every((character) => alphabet.includes(character));
    // A long vowel mark and a kashida (Lm) are drawn as dashes, and typed for them.
    if (!fits || /[^\P{L}\p{Lm}]|\p{N}/u.test(gap)) runs.push([]);
    if (fits) runs.at(-1)?.push({ text: characters.join(''), gap });
  }
  return runs;
}

/** Every way to take neighbouring words that have `length` characters together. */
function readingsOf(words: readonly Word[], length: number): Word[][] {
  const readings: Word[][] = [];
  for (let from = 0; from < words.length; from++) {
    let sum = 0;
    for (let to = from; to < words.length && sum < length; to++) {
      sum += words[to]?.text.length ?? 0;
      if (sum === length) readings.push(words.slice(from, to + 1));
    }
  }
  return readings;
}

const isEven = ([first, second, ...more]: readonly Word[]): boolean =>
  second === undefined ||
  (second.text.length === first?.text.length &&
    more.every(({ text, gap }) => text.length === second.text.length && gap === second.gap));
