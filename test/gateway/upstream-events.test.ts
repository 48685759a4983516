import { describe, expect, it } from 'vitest'
import { FRONTS } from '../../src/upstreams/call.ts'
import { MAX_ANSWER_BYTES, UpstreamEvents } from '../../src/upstreams/events.ts'
import { chat, givenUser, google, textOf } from '../support/pollux.ts'

/** What each read of a streamed answer brings its client. */
async function readsOf(words: number, chunkDelayMs: number): Promise<readonly string[]> {
  const user = await givenUser(['api_key'])
  const credential = user.credentials[0]?.handle ?? ''
  const chunks = Array.from({ length: words }, (_, number) => ({
    candidates: [
      {
        content: { role: 'model', parts: [{ text: `word${number} ` }] },
        index: 0,
        ...(number === words - 1 && { finishReason: 'STOP' }),
      },
    ],
  }))
  await google.script({ credential, reply: { chunks, chunkDelayMs } })
  const { body } = await chat(user.key, { stream: true })
  const reads: string[] = []
  for await (const bytes of body ?? []) reads.push(new TextDecoder().decode(bytes))
  expect(textOf(reads.join(''))).toBe(
    Array.from({ length: words }, (_, number) => `word${number} `).join(''),
  )
  return reads
}

describe('events of Google', () => {
  it('reach the client together where they come fast, but the first at once', async () => {
    const reads = await readsOf(300, 0)
    expect(reads.length).toBeLessThan(100)
    expect(textOf(reads[0] ?? '').split(' ').length).toBeLessThan(5)
  })

  it('reach the client each by itself where they come slowly', async () => {
    const reads = await readsOf(12, 60)
    expect(reads.length).toBeGreaterThanOrEqual(12)
  })

  it('come to a truthful end where the answer is larger than anybody asked for', async () => {
    const text = 'word '.repeat(200_000)
    const event = { candidates: [{ content: { role: 'model', parts: [{ text }] } }] }
    const bytes = new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`)
    let sent = 0
    const endless = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        controller.enqueue(bytes.slice())
        sent += bytes.byteLength
      },
    })
    const events = new UpstreamEvents(endless, FRONTS['gemini-api'].unwrap)
    let told = 0
    for (;;) {
      const batch = await events.next()
      told += batch.responses.length
      if (!batch.done) continue
      expect(batch.fault).toEqual({ kind: 'oversized' })
      break
    }
    expect(told).toBe(Math.floor(MAX_ANSWER_BYTES / bytes.byteLength))
    expect(sent).toBeLessThan(MAX_ANSWER_BYTES + 8 * bytes.byteLength)
  })
})
