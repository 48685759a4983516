/** What every dialect is told of one of Google's answers, and in which order. */
import { describe, expect, it } from 'vitest'
import { type AnswerPlan, PLAIN_ANSWER } from '../../../src/gemini/answer/plan.ts'
import { type AnswerEnd, AnswerReader, type AnswerSink } from '../../../src/gemini/answer/reader.ts'
import type { Candidate, Part } from '../../../src/gemini/types.ts'

const TOOLS: AnswerPlan = { ...PLAIN_ANSWER, callee: 'client' }

/** Records what it is told. */
class Notes implements AnswerSink {
  readonly told: string[] = []
  #minted = 0
  open(kind: string): void {
    this.told.push(`<${kind}>`)
  }
  close(kind: string): void {
    this.told.push(`</${kind}>`)
  }
  text(text: string): void {
    this.told.push(text)
  }
  thought(text: string): void {
    this.told.push(text)
  }
  call({ id, name, json }: Parameters<AnswerSink['call']>[0]): void {
    this.told.push(`call ${id} ${name} ${json}`)
  }
  mint(googleId: string): string {
    return googleId === '' ? `mine_${this.#minted++}` : googleId
  }
  media({ mimeType }: Parameters<AnswerSink['media']>[0]): void {
    this.told.push(`media ${mimeType}`)
  }
  code({ kind, language, text }: Parameters<AnswerSink['code']>[0]): void {
    this.told.push(`${kind} ${language} ${text}`)
  }
  signature(signature: string): void {
    this.told.push(`signed ${signature}`)
  }
  citations(all: Parameters<AnswerSink['citations']>[0]): void {
    for (const { block, start, end, url } of all) {
      this.told.push(`cited ${block}:${start}-${end} ${url}`)
    }
  }
  logprobs(): void {
    this.told.push('logprobs')
  }
}

interface Heard {
  readonly told: readonly string[]
  readonly end: AnswerEnd
}

function hear(
  chunks: readonly (readonly Part[])[],
  last: Partial<Candidate> = { finishReason: 'STOP' },
  plan: AnswerPlan = TOOLS,
): Heard {
  const notes = new Notes()
  const reader = new AnswerReader(plan, notes)
  for (const parts of chunks) reader.read({ candidates: [{ content: { parts: [...parts] } }] })
  reader.read({ candidates: [{ content: { parts: [] }, ...last }] })
  const end = reader.end()
  return { told: notes.told, end }
}

const call = (name: string, args: Record<string, unknown> = {}, id = ''): Part => ({
  functionCall: { name, args, ...(id !== '' && { id }) },
})

describe('blocks', () => {
  it('are one for texts that follow each other, in one response or in several', () => {
    const { told } = hear([[{ text: 'a' }, { text: 'b' }], [{ text: 'c' }]])
    expect(told).toEqual(['<text>', 'a', 'b', 'c', '</text>'])
  })

  it('end where another kind begins', () => {
    const { told } = hear([
      [{ text: 'Hm', thought: true }],
      [{ text: 'Well.' }],
      [call('f', {}, 'g1')],
      [{ text: 'So.' }],
    ])
    expect(told.join(' ')).toBe(
      '<thought> Hm </thought> <text> Well. </text> call g1 f {} <text> So. </text>',
    )
  })

  it('have code, pictures and calls between them, never within', () => {
    const { told } = hear([
      [{ text: 'a' }, { executableCode: { language: 'PYTHON', code: '1' } }],
      [{ codeExecutionResult: { output: '1' } }, { text: 'b' }],
      [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
    ])
    expect(told.join(' ')).toBe(
      '<text> a </text> code python 1 output  1 <text> b </text> media image/png',
    )
  })

  it('are still open when their signature is told', () => {
    const { told } = hear([
      [{ text: 'Hm', thought: true, thoughtSignature: 'EgA' }],
      [{ text: 'Yes.' }],
      [{ text: '', thoughtSignature: 'EgB' }],
    ])
    expect(told.join(' ')).toBe('<thought> Hm signed EgA </thought> <text> Yes. signed EgB </text>')
  })

  it.each([undefined, 'MALFORMED_RESPONSE'])('stay open in an answer that fails: %s', (reason) => {
    const { told, end } = hear(
      [[call('f')], [{ text: 'a' }]],
      reason === undefined ? {} : { finishReason: reason },
    )
    expect(end.conclusion.ok).toBe(false)
    expect(told.at(-1)).toBe('a')
  })
})

describe('calls', () => {
  const piece = (jsonPath: string, stringValue: string, willContinue: boolean): Part => ({
    functionCall: { name: '', willContinue, partialArgs: [{ jsonPath, stringValue }] },
  })
  const begun: Part = { functionCall: { name: 'f', id: 'g1', willContinue: true } }

  it('are told once all their pieces are there', () => {
    const { told } = hear([[begun], [piece('$.a', 'x', true)], [piece('$.b', 'y', false)]])
    expect(told).toEqual(['call g1 f {"a":"x","b":"y"}'])
  })

  it.each([
    ['MAX_TOKENS', true],
    ['STOP', false],
    [undefined, false],
  ])('are never told with arguments that broke off: %s', (finishReason, ok) => {
    const last = finishReason === undefined ? {} : { finishReason }
    const { told, end } = hear([[begun], [piece('$.a', 'x', true)]], last)
    expect(told).toEqual([])
    expect(end.conclusion.ok).toBe(ok)
  })

  it.each([
    ['in pieces, too', { name: 'g', id: 'g2', willContinue: true }],
    ['in pieces and without an id', { name: 'f', willContinue: true }],
    ['whole', { name: 'g', id: 'g2', args: { c: 1 } }],
    ['whole and without arguments', { name: 'g', args: {} }],
  ])('that are broken off by another, %s, are an error, whatever ends it', (_, other) => {
    for (const finishReason of ['STOP', 'MAX_TOKENS', 'OTHER']) {
      const parts: Part[][] = [[begun], [piece('$.a', 'x', true)], [{ functionCall: other }]]
      const rest = 'willContinue' in other ? [[piece('$.c', 'y', false)]] : []
      for (const said of [[...parts, ...rest], [[...parts, ...rest].flat()]]) {
        const { told, end } = hear(said, { finishReason })
        expect(told.join(' ')).not.toContain('"a"')
        expect(end.conclusion).toMatchObject({ ok: false, failure: { reason: 'upstream_error' } })
      }
    }
  })

  it.each([
    ['goes on', [piece('$.a', 'x', true), { functionCall: { name: 'f', id: 'g1' } }]],
    [
      'goes on, piece by piece',
      [
        { functionCall: { name: 'f', id: 'g1', willContinue: true } },
        {
          functionCall: {
            name: 'f',
            id: 'g1',
            partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }],
          },
        },
      ],
    ],
    ['is sent again, whole', [piece('$.b', 'y', true), call('f', { a: 'x' }, 'g1')]],
    ['is sent again, whole and without a name', [call('', { a: 'x' })]],
    ['is marked as a thought', [{ ...call('', { a: 'x' }), thought: true }]],
  ] satisfies [string, Part[]][])('of one id are one, where it %s', (_, rest) => {
    const { told, end } = hear([[begun], ...rest.map((part) => [part])])
    expect(told).toEqual(['call g1 f {"a":"x"}'])
    expect(end.conclusion).toMatchObject({ ok: true, end: 'calls' })
  })

  it.each([
    ['whole', [call('', { a: 'x' })]],
    ['in pieces', [piece('$.a', 'x', true), piece('$.b', 'y', false)]],
  ] satisfies [string, Part[]][])('without a name are an error, %s', (_, parts) => {
    for (const said of [[parts], [[{ text: 'Let me look.' }], parts], [[call('f')], parts]]) {
      const { told, end } = hear(said)
      expect(told.join(' ')).not.toContain('"a"')
      expect(end.conclusion).toMatchObject({ ok: false, failure: { reason: 'upstream_error' } })
    }
  })

  it('are not there where nothing of one is', () => {
    expect(hear([[{ text: 'a' }, { functionCall: { name: '' } }]]).end.conclusion.ok).toBe(true)
  })

  it('have ids of the dialect, no two alike', () => {
    const { told } = hear([[call('f', { a: 1 }, 'g1'), call('f', { a: 2 }, 'g1'), call('f')]])
    expect(told).toEqual(['call g1 f {"a":1}', 'call mine_0 f {"a":2}', 'call mine_1 f {}'])
  })
})

describe('citations', () => {
  it('count within their block, and come before it closes', () => {
    const plan: AnswerPlan = { ...PLAIN_ANSWER, callee: 'google', keepsText: true }
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.test/' } }],
      groundingSupports: [
        {
          segment: { partIndex: 2, startIndex: 3, endIndex: 6, text: 'yes' },
          groundingChunkIndices: [0],
        },
      ],
    }
    const { told } = hear(
      [[{ text: 'é' }, { executableCode: { code: '1' } }, { text: 'é yes' }]],
      { finishReason: 'STOP', groundingMetadata },
      plan,
    )
    expect(told.slice(-4)).toEqual(['<text>', 'é yes', 'cited 1:2-5 https://a.test/', '</text>'])
  })
})
