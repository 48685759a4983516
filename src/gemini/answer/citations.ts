/**
 * Google says where its citations belong by UTF-8 bytes within one of its parts (docs/google.md: Grounding). The
 * client is told UTF-16 units within a block of text, as JavaScript slices strings.
 */
import { listOf } from '../response.ts'
import type { GroundingMetadata, GroundingSource } from '../types.ts'
import { isRecord } from '../../json/record.ts'

export interface Citation {
  /** The block of text, counted from 0; `start` and `end` are UTF-16 units within it. */
  readonly block: number
  readonly start: number
  readonly end: number
  readonly url: string
  /** Never empty: if Google gives no title, the host of the address. */
  readonly title: string
}

interface TextPart {
  /** Index of the part in Google's answer. */
  readonly index: number
  readonly block: number
  /** Where the part begins in its block. */
  readonly start: number
  text: string
}

/** Records where Google's texts lie in the blocks that the client receives. */
export class CitedText {
  readonly parts: TextPart[] = []
  #block = -1
  /** Length of the current block so far. */
  #length = 0
  #index = -1
  #kind: 'text' | 'thought' | 'other' = 'other'
  #current: TextPart | null = null

  /**
   * To be called for every part. A stream cuts a part into pieces, so the first part of a response continues the last
   * one of the response before it, if both are of the same kind.
   */
  next(kind: 'text' | 'thought' | 'other', isFirst: boolean): void {
    if (isFirst && kind === this.#kind && kind !== 'other') return
    this.#kind = kind
    this.#index++
    this.#current = null
  }

  /** To be called when a block of text begins. */
  open(): void {
    this.#block++
    this.#length = 0
  }

  add(text: string): void {
    if (this.#kind === 'text') {
      if (this.#current === null) {
        this.#current = {
          index: this.#index,
          block: this.#block,
          start: this.#length,
          text: '',
        }
        this.parts.push(this.#current)
      }
      this.#current.text += text
    }
    this.#length += text.length
  }

  /** The text of all parts. */
  get text(): string {
    let all = ''
    for (const { text } of this.parts) all += text
    return all
  }
}

export function citationsIn(
  grounding: GroundingMetadata | undefined,
  cited: CitedText,
): Citation[] {
  if (grounding === undefined) return []
  const chunks = listOf(grounding.groundingChunks)
  const sources = chunks.map(({ web, retrievedContext, maps }) => web ?? retrievedContext ?? maps)
  return listOf(grounding.groundingSupports).flatMap(({ segment, groundingChunkIndices }) => {
    const place = isRecord(segment) ? locate(segment, cited.parts) : null
    if (place === null || !Array.isArray(groundingChunkIndices)) return []
    return groundingChunkIndices.flatMap((index) => {
      const source = sources[index]
      return typeof source?.uri === 'string' ? [citation(place, source.uri, source)] : []
    })
  })
}

type Place = Pick<Citation, 'block' | 'start' | 'end'>

function citation(place: Place, url: string, source: GroundingSource): Citation {
  const told: readonly unknown[] = [source.title, source.domain]
  const title = told.find((name): name is string => typeof name === 'string') ?? hostOf(url)
  return { ...place, url, title }
}

type Segment = NonNullable<NonNullable<GroundingMetadata['groundingSupports']>[number]['segment']>

/**
 * Google does not document whether thoughts count as parts. So if the named part does not hold the text that Google
 * quotes, the part that does is taken.
 */
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
  const { block, start } = place.part
  return { block, start: start + place.start, end: start + place.end }
}

/**
 * Converts two UTF-8 offsets, `from` not after `to`, to UTF-16. An offset inside a character becomes that character's
 * beginning.
 */
export function utf16Offsets(text: string, from: number, to: number): [number, number] {
  const start = unitsIn(text, 0, from)
  const end = unitsIn(text, start.units, to - start.bytes)
  return [start.units, end.units]
}

/** How many units and bytes of whole characters, from unit `begin` on, fit into `room` bytes. */
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
