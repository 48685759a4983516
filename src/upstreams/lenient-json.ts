import { parsed } from '../json/parsed.ts'

/**
 * Parses the broken JSON that has been seen in Google's errors: inside an SSE frame, with non-breaking spaces, with
 * surplus commas (docs/google.md: Forms of an error). Null for anything else; never throws.
 */
export function parseLenient(source: string): unknown {
  const text = unframed(source).trim()
  if (!/^[[{",]/.test(text)) return null
  return parsed(text) ?? parsed(mended(text))
}

/** The payload of a stream's first event, for an error that was sent as one. */
function unframed(source: string): string {
  if (!/^\s*data:/.test(source)) return source
  const [event = ''] = source.trim().split(/\r?\n\r?\n/)
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
    .join('\n')
}

/** May spoil a text that itself holds such commas, but it is tried only after strict parsing failed. */
function mended(text: string): string {
  return text
    .replaceAll('\u00a0', ' ')
    .replace(/,(?=\s*[,\]}])/g, '')
    .replace(/([[{]\s*),/g, '$1')
    .replace(/^,|,$/g, '')
}
