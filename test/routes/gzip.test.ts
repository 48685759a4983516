/**
 * Bodies in gzip with several members (RFC 1952, section 2.2), which some clients and proxies produce when they send
 * a body in pieces.
 */
import { describe, expect, it } from 'vitest'
import { chatBody, type ErrorBody, givenUser, post } from '../support/pollux.ts'

async function member(text: string): Promise<Uint8Array> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream('gzip')) ?? null
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function packed(...texts: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const members = await Promise.all(texts.map(member))
  return new Uint8Array(members.flatMap((bytes) => [...bytes]))
}

async function send(body: Uint8Array<ArrayBuffer>): Promise<Response> {
  const user = await givenUser()
  const headers = { authorization: `Bearer ${user.key}`, 'content-encoding': 'gzip' }
  return post('/v1/chat/completions', user.key, {}, { headers, body })
}

const JSON_TEXT = JSON.stringify(chatBody())

describe('a body in gzip', () => {
  it.each([1, 2, 3, 7])('may have %i members', async (members) => {
    const size = Math.ceil(JSON_TEXT.length / members)
    const pieces = Array.from({ length: members }, (_, at) =>
      JSON_TEXT.slice(at * size, (at + 1) * size),
    )
    const answer = await send(await packed(...pieces))
    expect(answer.status).toBe(200)
    await answer.text()
  })

  it('may have empty members', async () => {
    const answer = await send(await packed('', JSON_TEXT, ''))
    expect(answer.status).toBe(200)
    await answer.text()
  })

  it.each([200_000, 200_001])('may have so many bytes in all: %i', async (size) => {
    const rest = size - JSON_TEXT.length - 20
    const answer = await send(await packed(JSON_TEXT, ' '.repeat(rest), ' '.repeat(20)))
    expect(answer.status).toBe(size > 200_000 ? 413 : 200)
    await answer.text()
  })

  it('is refused where something else follows', async () => {
    const rest = new TextEncoder().encode('rubbish')
    const answer = await send(new Uint8Array([...(await packed(JSON_TEXT)), ...rest]))
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.code).toBe('invalid_json')
  })

  it('is refused where a member is cut short', async () => {
    const answer = await send((await packed(JSON_TEXT, '  ')).slice(0, -6))
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.code).toBe('invalid_json')
  })
})
