/**
 * Pictures in what the model said. Dialects without a form for pictures tell them as Markdown, and clients send that
 * text back: read as words, one picture would be a million tokens.
 */
import { headBytes } from '../../bytes/base64.ts'
import { parseDataUrl } from '../../bytes/data-url.ts'
import { unfitness } from '../media/media-types.ts'
import { sniff } from '../media/sniff.ts'
import type { Blob, Part } from '../types.ts'

const LINK = '](data:image/'
/** Characters of base64. A model may write shorter ones by itself, and they cost little as words. */
const MIN_PICTURE = 1024
/** Characters. A picture whose caption is longer stays as words. */
const MAX_CAPTION = 1000

/** The same parts, with each picture that stands in a text as a part of its own. */
export function withPicturesApart(parts: readonly Part[]): readonly Part[] {
  return parts.some(holdsLink) ? parts.flatMap(apart) : parts
}

function holdsLink({ text }: Part): boolean {
  return text !== undefined && text.includes(LINK)
}

function apart(part: Part): readonly Part[] {
  const { text } = part
  if (text === undefined || !holdsLink(part)) return [part]
  const found: Part[] = []
  let told = 0
  let end = 0
  for (let at = text.indexOf(LINK); at >= 0; at = text.indexOf(LINK, at + LINK.length)) {
    // Danger: if each link looked through the whole text for its ends, many would take the square of its length.
    if (end < at) end = text.indexOf(')', at)
    if (end < 0) break
    const from = Math.max(told, at - MAX_CAPTION)
    const begin = from + text.slice(from, at).lastIndexOf('![')
    const inlineData = begin < from ? null : pictureIn(text.slice(at + 2, end))
    if (inlineData === null) continue
    const before = text.slice(told, begin).trim()
    if (before !== '') found.push({ text: before })
    found.push({ inlineData })
    told = end + 1
  }
  if (told === 0) return [part]
  const rest = text.slice(told).trim()
  return rest === '' ? found : [...found, { text: rest }]
}

/** Null if Gemini does not read it: the words stay as they are then. */
function pictureIn(url: string): Blob | null {
  const { isBase64 = false, payload: data = '' } = parseDataUrl(url) ?? {}
  const isWhole = data.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(data.slice(0, -2))
  if (!isBase64 || !isWhole || data.length < MIN_PICTURE) return null
  const mimeType = sniff(headBytes(data))
  return mimeType === null || unfitness(mimeType, 'image') !== null ? null : { mimeType, data }
}
