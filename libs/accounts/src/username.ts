/** Recommended scripts and those of limited use (UAX 31, tables 5 and 7); nobody alive writes their name in another. */
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
  // An extension says in which scripts a character is used, and common is what has none: digits, the full stop.
  const classes = [...group, 'Common', 'Inherited'].map((script) => `\\p{Script_Extensions=${script}}`);
  return new RegExp(`^[${classes.join('')}]+$`, 'u');
});

/** What might be read as a phone number, in whichever country. */
const onlyDigits = /^[\p{Nd}\s().\-/\u2010-\u2015]+$/u;

/**
 * Why a user name is not given to anybody; undefined when it may be. A name in letters of two scripts looks like another's, and one
 * of digits alone is a phone number in some country. A person who types such a name is told nothing: that is asked when it is put.
 *
 * @param name normalised
 */
export function unfitUsername(name: string): string | undefined {
  if (onlyDigits.test(name)) return 'must not be digits only';
  if (!patterns.some((pattern) => pattern.test(name))) return 'must use letters of one script (UTS 39 §5.1)';
  return undefined;
}
