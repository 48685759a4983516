/**
 * A name is shown in lists, logs of receivers and files. Line breaks and other control characters would make two lines
 * of one, marks of direction would turn the words behind them around, and half a surrogate pair is no character.
 */
const NOT_SHOWN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

export const PRINTABLE =
  'must not have control characters, line breaks, marks of direction or halves of characters'

export function isPrintable(text: string): boolean {
  return text.isWellFormed() && !NOT_SHOWN.test(text)
}
