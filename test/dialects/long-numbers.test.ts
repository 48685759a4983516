/** Clients get all digits of Google's whole numbers beyond 2^53. */
import { describe, expect, it } from 'vitest'
import { PLAIN } from '../../src/dialects/openai-chat/plan.ts'
import type { Part } from '../../src/gemini/types.ts'
import { UpstreamEvents } from '../../src/upstreams/events.ts'
import { FRONTS } from '../../src/upstreams/call.ts'
import { parseReply } from '../../src/upstreams/reply.ts'
import { streamed, TOOLS, whole } from './support/answers.ts'

const ARGS = '{"id":12345678901234567890,"list":[-9007199254740993,9007199254740991,1.5,1e30]}'
const TOLD = '{"id":12345678901234567890,"list":[-9007199254740993,9007199254740991,1.5,1e+30]}'
const CALL = `{"functionCall":{"name":"f","args":${ARGS}}}`
const PIECES = `{"functionCall":{"name":"f","partialArgs":[
  {"jsonPath":"$.id","numberValue":12345678901234567890},
  {"jsonPath":"$.id.x","numberValue":1},
  {"jsonPath":"$.list[0]","numberValue":-9007199254740993}]}}`

function argumentsIn(message: Record<string, unknown>): unknown {
  const [call] = message['tool_calls'] as { function: { arguments: string } }[]
  return call?.function.arguments
}

describe('long numbers of a call', () => {
  it('are whole in an answer, streamed and not', () => {
    const part = parseReply(CALL) as Part
    expect(argumentsIn(streamed([[part]], 'STOP', TOOLS).message)).toBe(TOLD)
    expect(argumentsIn(whole([part], 'STOP', TOOLS).message)).toBe(TOLD)
    expect(argumentsIn(whole([part], 'STOP', { ...TOOLS, parallelToolCalls: false }).message)).toBe(
      TOLD,
    )
  })

  it('are whole where they come in pieces, and nothing is put into one', () => {
    const part = parseReply(PIECES) as Part
    const told = '{"id":12345678901234567890,"list":[-9007199254740993]}'
    expect(argumentsIn(streamed([[part]], 'STOP', TOOLS).message)).toBe(told)
    expect(argumentsIn(whole([part], 'STOP', TOOLS).message)).toBe(told)
  })

  it.each(['gemini-api', 'vertex', 'code-assist'] as const)(
    'are whole off %s',
    async (upstream) => {
      const response = `{"candidates":[{"content":{"parts":[${CALL}]},"finishReason":"STOP"}]}`
      const event = upstream === 'code-assist' ? `{"response":${response}}` : response
      const { body } = new Response(new Blob([`data: ${event}\r\n\r\n`]))
      if (body === null) throw new Error('no body')
      const batch = await new UpstreamEvents(body, FRONTS[upstream].unwrap).next()
      const parts = batch.responses[0]?.candidates?.[0]?.content?.parts ?? []
      expect(argumentsIn(streamed([parts], 'STOP', TOOLS).message)).toBe(TOLD)
    },
  )

  it('are numbers wherever no call is', () => {
    expect(parseReply('{"a":12345678901234567890}')).toEqual({ a: 12_345_678_901_234_567_000 })
    expect(whole([{ text: 'x' }], 'STOP', PLAIN).message['content']).toBe('x')
  })
})
