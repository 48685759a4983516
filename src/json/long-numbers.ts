/**
 * JSON.parse rounds whole numbers beyond 2^53, such as ids of Twitter's and Discord's. These functions keep every
 * digit.
 */

/** Matches every text that holds such a number. Most texts do not match, and are parsed as usual. */
const MANY_DIGITS = /\d{16}/
const WHOLE = /^-?\d+$/

/** JSON.parse passes the source text of a primitive since ES2026 (V8 11.4); TypeScript's library lacks it. */
interface SourceJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}

const json = JSON as unknown as SourceJson

export function holdsLongNumber(text: string): boolean {
  return MANY_DIGITS.test(text)
}

/** Long numbers become strings. For Google, whose numbers in arguments are doubles. */
export function parseWithLongTexts(text: string): unknown {
  return parse(text, (digits) => digits)
}

/**
 * Long numbers become raw JSON, which JSON.stringify writes unchanged. For a client. Until written, each is a frozen
 * object.
 */
export function parseWithRawNumbers(text: string): unknown {
  return parse(text, (digits) => json.rawJSON(digits))
}

/** Whether a value is such a raw number. It is an object to which nothing can be added. */
export function isRawNumber(value: unknown): value is Readonly<Record<string, never>> {
  return json.isRawJSON(value)
}

function parse(text: string, kept: (digits: string) => unknown): unknown {
  if (!holdsLongNumber(text)) return JSON.parse(text)
  return json.parse(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && WHOLE.test(source)
      ? kept(source)
      : value,
  )
}
