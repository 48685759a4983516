import { describe, expect, it } from 'vitest'
import { SseParser } from '../../src/http/sse.ts'

function parse(pieces: readonly string[]): string[] {
  const parser = new SseParser()
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]
}

const STREAM = [
  ': a comment',
  '',
  'event: ignored',
  'id: 7',
  'data: {"a":1}',
  '',
  'data:{"b":',
  'data: 2}',
  '',
  '',
  'data: last',
  '',
  '',
].join('\n')
const PAYLOADS = ['{"a":1}', '{"b":\n2}', 'last']

describe('SseParser', () => {
  it.each(['\n', '\r\n', '\r'])(
    'gives the same payloads wherever the stream is cut (line end %j)',
    (newline) => {
      const text = STREAM.replaceAll('\n', newline)
      for (let at = 0; at <= text.length; at++) {
        expect(parse([text.slice(0, at), text.slice(at)]), `cut at ${at}`).toEqual(PAYLOADS)
      }
      expect(parse(text.split(''))).toEqual(PAYLOADS)
    },
  )

  it('delivers an event whose blank line never came', () => {
    expect(parse(['data: whole\n\n', 'data: unfinished'])).toEqual(['whole', 'unfinished'])
  })

  it.each([
    ['on one line', '{"error":{"code":503}}'],
    ['on several', '{\n  "error": {\n    "code": 503\n\n  }\n}\n'],
    ['in a list', '[{"error":{"code":503}}]'],
  ])('delivers bare JSON %s as one payload, wherever it is cut', (_, bare) => {
    for (let at = 0; at <= bare.length; at++) {
      const payloads = parse(['data: one\n\n', bare.slice(0, at), bare.slice(at)])
      expect(payloads.length, `cut at ${at}`).toBe(2)
      expect(JSON.parse(payloads[1] ?? '')).toEqual(JSON.parse(bare))
    }
  })
})
