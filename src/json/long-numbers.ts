/**
 * Whole numbers beyond 2^53, such as ids of Twitter's and Discord's, lose their last digits in JSON.parse. These readings keep them.
 */

/** What a text with such a number holds; most texts hold none, and need no second look. */
const MANY_DIGITS = /\d{16}/
const WHOLE = /^-?\d+$/

/** The source text of a primitive comes with ES2026, and is in V8 since 11.4. */
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

/** As texts, for Google: its own numbers in arguments are doubles. */
export function parseWithLongTexts(text: string): unknown {
  return parse(text, (digits) => digits)
}

/** As what JSON.stringify writes as it came, for a client: each is a frozen object until then. */
export function parseWithRawNumbers(text: string): unknown {
  return parse(text, (digits) => json.rawJSON(digits))
}

/** Whether a value is such a number, which nothing can be put into. */
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
