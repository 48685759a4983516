/**
 * Google's grounding as OpenAI's citations. Google counts UTF-8 bytes within one of its parts,
 * OpenAI characters of the whole content (google-upstreams §5.5, client-protocols §1.3): characters
 * are UTF-16 units here, as JavaScript clients slice.
 */
import { listOf } from '../../../gemini/response.ts'
import type { GroundingMetadata, GroundingSource } from '../../../gemini/types.ts'
import { isRecord } from '../../../json/record.ts'

export interface Annotation {
  readonly type: 'url_citation'
  readonly url_citation: {
    readonly start_index: number
    readonly end_index: number
    readonly url: string
    /** Never missing: @ai-sdk/openai rejects the whole answer without (E30). */
    readonly title: string
  }
}

interface TextPart {
  /** Of Google's part. */
  readonly index: number
  /** Where it begins in the client's content. */
  readonly start: number
  text: string
}

/** Where Google's texts are in the content that the client gets. */
export class VisibleText {
  readonly parts: TextPart[] = []
  #length = 0
  #index = -1
  #kind: 'text' | 'thought' | 'other' = 'other'
  #current: TextPart | null = null

  /** A part comes. A stream cuts parts in pieces: the first of a response goes on with the one before. */
  next(kind: 'text' | 'thought' | 'other', isFirst: boolean): void {
    if (isFirst && kind === this.#kind && kind !== 'other') return
    this.#kind = kind
    this.#index++
    this.#current = null
  }

  add(text: string): void {
    if (this.#kind === 'text') {
      if (this.#current === null) {
        this.#current = { index: this.#index, start: this.#length, text: '' }
        this.parts.push(this.#current)
      }
      this.#current.text += text
    }
    this.#length += text.length
  }

  /** All of it, without what was only shown. */
  get text(): string {
    let all = ''
    for (const { text } of this.parts) all += text
    return all
  }

  /** Shown to the client, but none of Google's text. */
  skip(text: string): void {
    this.#length += text.length
  }
}

export function toAnnotations(
  grounding: GroundingMetadata | undefined,
  visible: VisibleText,
): Annotation[] {
  if (grounding === undefined) return []
  const chunks = listOf(grounding.groundingChunks)
  const sources = chunks.map(({ web, retrievedContext, maps }) => web ?? retrievedContext ?? maps)
  return listOf(grounding.groundingSupports).flatMap(({ segment, groundingChunkIndices }) => {
    const place = isRecord(segment) ? locate(segment, visible.parts) : null
    if (place === null || !Array.isArray(groundingChunkIndices)) return []
    return groundingChunkIndices.flatMap((index) => {
      const source = sources[index]
      return typeof source?.uri === 'string' ? [citation(place, source.uri, source)] : []
    })
  })
}

interface Place {
  readonly start: number
  readonly end: number
}

function citation({ start, end }: Place, url: string, source: GroundingSource): Annotation {
  const told: readonly unknown[] = [source.title, source.domain]
  const title = told.find((name): name is string => typeof name === 'string') ?? hostOf(url)
  return {
    type: 'url_citation',
    url_citation: { start_index: start, end_index: end, url, title },
  }
}

type Segment = NonNullable<NonNullable<GroundingMetadata['groundingSupports']>[number]['segment']>

/** Whether thoughts count as parts is not written down, so the text that Google quotes decides. */
function locate(segment: Segment, parts: readonly TextPart[]): Place | null {
  const { startIndex = 0, endIndex = 0, partIndex = 0, text } = segment
  const named = parts.find(({ index }) => index === partIndex)
  const places = (named === undefined ? parts : [named, ...parts]).map((part) => {
    const [start, end] = utf16Offsets(part.text, startIndex, endIndex)
    return { part, start, end }
  })
  const place =
    places.find(({ part, start, end }) => part.text.slice(start, end) === text) ?? places[0]
  if (place === undefined || place.end <= place.start) return null
  return { start: place.part.start + place.start, end: place.part.start + place.end }
}

/** Where two offsets in the UTF-8 of a text, `from` not after `to`, are in the text; within a character: before it. */
export function utf16Offsets(text: string, from: number, to: number): [number, number] {
  const start = unitsIn(text, 0, from)
  const end = unitsIn(text, start.units, to - start.bytes)
  return [start.units, end.units]
}

/** The whole characters of `text`, from `begin` on, that fit into so many bytes. */
function unitsIn(text: string, begin: number, room: number): { units: number; bytes: number } {
  let units = begin
  let bytes = 0
  while (units < text.length) {
    const code = text.codePointAt(units) ?? 0
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes + width > room) break
    bytes += width
    units += width === 4 ? 2 : 1
  }
  return { units, bytes }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
}
