import { toWellFormedJson } from './well-formed.ts'

/**
 * JSON for one SSE line. U+2028 and U+2029 are legal in JSON, but old JavaScript parsers take them for the end of a
 * line (docs/clients.md: Frames). Few texts hold either, so checking first is cheaper than always replacing.
 */
export function toJsonLine(value: unknown): string {
  const json = toWellFormedJson(value)
  if (!json.includes('\u2028') && !json.includes('\u2029')) return json
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
