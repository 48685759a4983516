import { toWellFormedJson } from './well-formed.ts'

/**
 * JSON for an SSE line. U+2028 and U+2029 are legal in JSON but end a line for old JavaScript
 * parsers (docs/clients.md: Frames). Almost no text holds them, so looking first is cheaper than
 * replacing.
 */
export function toJsonLine(value: unknown): string {
  const json = toWellFormedJson(value)
  if (!json.includes('\u2028') && !json.includes('\u2029')) return json
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
