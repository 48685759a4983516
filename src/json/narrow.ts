/**
 * V8 keeps a text with two bytes for every character as soon as one of them is beyond Latin-1, and so it goes from one
 * object to another. A picture in base64 would take twice its size because of its caption in Cyrillic.
 */

/** Characters. Shorter texts matter too little. */
const LONG = 65_536
/** How many characters an escape has more than what it stands for. */
const GROWTH = 5
const BEYOND_ASCII = /[^\0-\x7f]/g

/** A JSON text that means the same, in escapes where that makes it smaller in memory. */
export function narrowJson(json: string): string {
  if (json.length < LONG || !isWorthIt(json)) return json
  const escaped = json.replace(
    BEYOND_ASCII,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  // What is made from a wide text stays wide, whatever is in it. What is decoded does not.
  return new TextDecoder().decode(new TextEncoder().encode(escaped))
}

function isWorthIt(json: string): boolean {
  const most = json.length / GROWTH
  let isWide = false
  let others = 0
  for (let at = 0; at < json.length && others < most; at++) {
    const code = json.charCodeAt(at)
    if (code > 0x7f) others++
    if (code > 0xff) isWide = true
  }
  return isWide && others < most
}
