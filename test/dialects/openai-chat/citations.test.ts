import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf16Offsets } from '../../../src/gemini/answer/citations.ts'
import type { Annotation } from '../../../src/dialects/openai-chat/answer/url-citations.ts'
import { type ChatPlan, PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import type { GroundingMetadata, Part } from '../../../src/gemini/types.ts'
import { streamed, whole } from '../support/answers.ts'

/** The plan of a request with a search. */
const SEARCH: ChatPlan = { ...PLAIN, callee: 'google', keepsText: true }
const utf8 = new TextEncoder()
const bytesOf = (text: string): number => utf8.encode(text).length

const WEB = { web: { uri: 'https://example.org/a', title: 'A' } }

function support(startIndex: number, endIndex: number, rest: object = {}): GroundingMetadata {
  return {
    groundingChunks: [WEB],
    groundingSupports: [{ segment: { startIndex, endIndex, ...rest }, groundingChunkIndices: [0] }],
  }
}

/** The texts that the citations of a whole answer quote. */
function quotes(
  parts: Part[],
  groundingMetadata: GroundingMetadata,
  plan: ChatPlan = SEARCH,
): string[] {
  return quotesIn(whole(parts, 'STOP', plan, { groundingMetadata }).message)
}

function quotesIn(message: Record<string, unknown>): string[] {
  const annotations = (message['annotations'] ?? []) as Annotation[]
  return annotations.map(({ url_citation: { start_index, end_index } }) =>
    String(message['content']).slice(start_index, end_index),
  )
}

describe('citations', () => {
  it('have all four fields, at the end of a stream and once', () => {
    const annotations = [
      {
        type: 'url_citation',
        url_citation: { start_index: 0, end_index: 2, url: 'https://example.org/a', title: 'A' },
      },
    ]
    const rest = { groundingMetadata: support(0, 2) }
    const message = { role: 'assistant', content: 'Hi!', refusal: null, annotations }
    expect(whole([{ text: 'Hi!' }], 'STOP', SEARCH, rest).message).toEqual(message)
    const parts = [[{ text: 'H' }], [{ text: 'i!' }]]
    expect(streamed(parts, 'STOP', SEARCH, rest).message).toEqual(message)
  })

  it.each<[string, object, string]>([
    ['the domain', { uri: 'https://x.org/p', domain: 'x.org' }, 'x.org'],
    ['the host', { uri: 'https://y.org/p' }, 'y.org'],
    ['nothing', { uri: 'no url' }, ''],
  ])('without a title have %s for one', (_, web, title) => {
    const groundingMetadata = { ...support(0, 1), groundingChunks: [{ web }] }
    const { message } = whole([{ text: 'a' }], 'STOP', SEARCH, { groundingMetadata })
    expect(message['annotations']).toMatchObject([{ url_citation: { title } }])
  })

  it.each<[string, Part[], GroundingMetadata, string[]]>([
    ['bytes, not characters', [{ text: 'Zürich 🎉 日本' }], support(13, 19), ['日本']],
    ['no start index as zero', [{ text: 'ab' }], support(undefined as never, 1), ['a']],
    [
      'the part that is named',
      [{ text: 'äx' }, { text: 'yz' }],
      support(1, 2, { partIndex: 1 }),
      ['z'],
    ],
    [
      'the text that is quoted, where parts are counted otherwise',
      [{ text: 'thought', thought: true }, { text: 'äb cd' }],
      support(4, 6, { text: 'cd' }),
      ['cd'],
    ],
    [
      'the text after code',
      [{ executableCode: { code: 'x' } }, { text: 'ab' }],
      support(1, 2, { partIndex: 1 }),
      ['b'],
    ],
    ['what there is, where the end is beyond it', [{ text: 'ab' }], support(1, 99), ['b']],
    ['nothing for an empty segment', [{ text: 'ab' }], support(1, 1), []],
    ['nothing for a segment backwards', [{ text: 'ab' }], support(2, 1), []],
    ['nothing without text', [], support(0, 3), []],
    [
      'nothing for a source that is not there',
      [{ text: 'ab' }],
      { ...support(0, 1), groundingChunks: [{}] },
      [],
    ],
    [
      'nothing of what is no grounding',
      [{ text: 'ab' }],
      { groundingChunks: 'x', groundingSupports: [null] } as never,
      [],
    ],
  ])('take %s', (_, parts, grounding, quoted) => {
    expect(quotes(parts, grounding)).toEqual(quoted)
  })

  const unit = fc.constantFrom('a', 'é', 'e\u0301', '日', '🎉', '👩‍👩‍👧', '\u200b', '\n', '\ud83d', 'ß')
  const text = fc.array(unit, { minLength: 1, maxLength: 30 })

  it('quote the very words, whatever the script and however the stream is cut', () => {
    const input = {
      before: text,
      quoted: text,
      after: text,
      thought: text,
      cuts: fc.array(fc.nat(60)),
    }
    fc.assert(
      fc.property(fc.record(input), ({ before, quoted, after, thought, cuts }) => {
        const [start, segment, rest] = [before, quoted, after].map((units) => units.join(''))
        // Two halves of a surrogate pair would join to one character.
        fc.pre(wellFormed(start) && wellFormed(segment) && wellFormed(rest))
        const grounding = support(bytesOf(start ?? ''), bytesOf(`${start}${segment}`), {
          partIndex: 1,
        })
        const plan = { ...SEARCH, reasoning: 'think_tags' } as const
        const parts = [
          { text: thought.join(''), thought: true },
          { text: `${start}${segment}${rest}` },
        ]
        expect(quotes(parts, grounding, plan)).toEqual([segment])
        const pieces = parts.flatMap((part) => cut(part, cuts).map((piece) => [piece]))
        const told = streamed(pieces, 'STOP', plan, { groundingMetadata: grounding })
        expect(quotesIn(told.message)).toEqual([segment])
      }),
    )
  })

  it('convert offsets as an encoder counts them, lone surrogates too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), fc.nat(40), (string, a, b) => {
        const points = Array.from(string)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const first = points.slice(0, from).join('')
        const last = points.slice(0, to).join('')
        expect(utf16Offsets(string, bytesOf(first), bytesOf(last))).toEqual([
          first.length,
          last.length,
        ])
      }),
    )
  })
})

function wellFormed(text = ''): boolean {
  return text.isWellFormed()
}

function cut(part: Part, at: readonly number[]): Part[] {
  const points = Array.from(part.text ?? '')
  const places = [0, ...at.filter((place) => place < points.length), points.length]
  const ordered = [...new Set(places)].toSorted((a, b) => a - b)
  return ordered.slice(1).map((end, index) => ({
    ...part,
    text: points.slice(ordered[index], end).join(''),
  }))
}
