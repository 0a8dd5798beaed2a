import { isOnlyDigits } from './phone.js';

/** Recommended scripts and those of limited use (UAX 31, tables 5 and 7): no living person writes their name in another. */
const scripts =
  `Adlam Arabic Armenian Balinese Bamum Batak Bengali Bopomofo Canadian_Aboriginal Chakma Cham Cherokee Cyrillic
  Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana Javanese Kannada Katakana Kayah_Li Khmer Lao
  Latin Lepcha Limbu Lisu Malayalam Mandaic Meetei_Mayek Miao Mongolian Myanmar New_Tai_Lue Newa Nko Nyiakeng_Puachue_Hmong
  Ol_Chiki Oriya Osage Hanifi_Rohingya Saurashtra Sinhala Sundanese Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tamil Telugu
  Thaana Thai Tibetan Tifinagh Vai Wancho Yi`.split(/\s+/);

/** Scripts that are written together (UTS 39 §5.1, the augmented script sets). */
const together = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
];

const patterns = [...together, ...scripts.map((script) => [script])].map((group) => {
  // Script extensions list the scripts that use a character. Common characters belong to no script: digits, the full stop.
  const classes = [...group, 'Common', 'Inherited'].map((script) => `\\p{Script_Extensions=${script}}`);
  return new RegExp(`^[${classes.join('')}]+$`, 'u');
});

/**
 * Returns why a user name is not accepted; undefined when it may be used. A name that mixes two scripts can look like another person's, and
 * digits alone are a phone number in some country. The check runs when an account is written, so a person who types a name of two scripts
 * learns nothing.
 *
 * @param name normalised
 */
export function unfitUsername(name: string): string | undefined {
  if (isOnlyDigits(name)) return 'must not be digits only';
  if (!patterns.some((pattern) => pattern.test(name))) return 'must use letters of one script (UTS 39 §5.1)';
  return undefined;
}
