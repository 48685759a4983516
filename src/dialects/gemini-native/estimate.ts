import { estimateMediaTokens } from '../../gemini/media/media-tokens.ts'
import { fieldOf, recordsOf, textOf } from './fields.ts'

const CHARS_PER_TOKEN = 4
/** Tokens assumed for an answer of unknown length: a page or two. */
const TYPICAL_OUTPUT = 1024
const MAX_OUTPUT = 65_536

const MEDIA = /"(?:inline|file)(?:D|_d)ata"/

/** About how many tokens a request will use. The length of its JSON decides, since most of it is text. */
export function estimateOf(
  text: string,
  body: Record<string, unknown>,
  lengthOf: (text: string) => number,
): number {
  const media = MEDIA.test(text) ? mediaIn(body, lengthOf) : { tokens: 0, chars: 0 }
  const chars = Math.max(0, text.length - media.chars)
  return Math.ceil(chars / CHARS_PER_TOKEN) + media.tokens + estimateOutput(body)
}

/** How many of those tokens are output. */
export function estimateOutput(body: Record<string, unknown>): number {
  const asked = fieldOf(fieldOf(body, 'generationConfig'), 'maxOutputTokens')
  const isSaid = typeof asked === 'number' && asked > 0
  return isSaid ? Math.ceil(Math.min(asked, MAX_OUTPUT)) : TYPICAL_OUTPUT
}

function mediaIn(
  body: Record<string, unknown>,
  lengthOf: (text: string) => number,
): { readonly tokens: number; readonly chars: number } {
  let tokens = 0
  let chars = 0
  for (const { parts } of recordsOf(body['contents'])) {
    for (const part of recordsOf(parts)) {
      const [blob, file] = [fieldOf(part, 'inlineData'), fieldOf(part, 'fileData')]
      const mimeType = textOf(blob, 'mimeType') ?? textOf(file, 'mimeType') ?? ''
      const data = textOf(blob, 'data')
      const fileUri = textOf(file, 'fileUri')
      if (data !== undefined) {
        chars += data.length
        tokens += estimateMediaTokens({ inlineData: { mimeType, data } }, lengthOf)
      } else if (fileUri !== undefined) {
        tokens += estimateMediaTokens({ fileData: { fileUri, mimeType } }, lengthOf)
      }
    }
  }
  return { tokens, chars }
}
