/** Codes of the characters that JSON is built of. In UTF-8 they are bytes. */
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const ARRAY = 0x5b
export const BACKSLASH = 0x5c
export const END_ARRAY = 0x5d
export const OBJECT = 0x7b
export const END_OBJECT = 0x7d
