/** 3GPP TS 23.038 §6.2.1: one septet each… */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** …and two. */
const extended = new Set('\f^{}\\[~]|€');

/** Returns how many SMS a text is billed as: 160 septets or 70 UTF-16 units, less the header when there is more than one. */
export function segmentsOf(text: string): number {
  const characters = [...text];
  const isPlain = characters.every((one) => basic.has(one) || extended.has(one));
  const length = isPlain
    ? characters.reduce((sum, one) => sum + (extended.has(one) ? 2 : 1), 0)
    : text.length;
  const [alone, joined] = isPlain ? [160, 153] : [70, 67];
  return length <= alone ? 1 : Math.ceil(length / joined);
}
