import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, google, settledStats } from '../support/pollux.ts'
import { WAYS } from './support/speakers.ts'

const MODEL = 'gemini-3.8-flash'

interface Sent {
  readonly contents: readonly {
    readonly parts: readonly {
      readonly functionCall?: object
      readonly thoughtSignature?: string
    }[]
  }[]
}

describe.each(WAYS)('%s (stream: %s): a call', (_, stream, speaker) => {
  it('keeps its signature, though the client knows of none', async () => {
    const user = await givenUser()
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      reply: { parts: [{ functionCall: { name: 'weather', args: { city: 'Paris' } } }] },
    })
    const asking = { model: MODEL, stream, functions: ['weather'] }
    const answer = await (await speaker.ask(user.key, asking)).text()
    expect(speaker.callsOf(answer)).toEqual([
      { id: expect.any(String), name: 'weather', args: { city: 'Paris' } },
    ])
    await settledStats(user)

    const after = { answer, results: ['It rains.'] }
    const next = await speaker.ask(user.key, { ...asking, after })
    // Like Google, the emulator refuses a call without its signature.
    expect(speaker.errorOf(await next.text())).toBeNull()
    const sent = (await callsOf(handle)).at(-1)?.body as Sent
    const parts = sent.contents.flatMap((content) => content.parts)
    expect(parts.find(({ functionCall }) => functionCall)?.thoughtSignature).toMatch(/^E[g-v]/)
  })

  it.each([
    ['at once', []],
    ['after its thoughts', [{ text: 'Hm.', thought: true }]],
  ])('goes without it where the model says nothing to it, %s', async (_when, thoughts) => {
    const user = await givenUser()
    const [{ handle } = { handle: '' }] = user.credentials
    const parts = [{ functionCall: { name: 'weather', args: { city: 'Paris' } } }]
    await google.script({ credential: handle, reply: { parts } })
    const asking = { model: MODEL, stream, functions: ['weather'] }
    const answer = await (await speaker.ask(user.key, asking)).text()
    await settledStats(user)

    const said = { candidates: [{ content: { role: 'model', parts: thoughts } }] }
    const content = { role: 'model', parts: [...(stream ? [] : thoughts), {}] }
    const end = { candidates: [{ content, finishReason: 'STOP' }] }
    const chunks = stream && thoughts.length > 0 ? [said, end] : [end]
    await google.script({ credential: handle, reply: { chunks, chunkDelayMs: 20 } })
    const after = { answer, results: ['It rains.'] }
    const next = await (await speaker.ask(user.key, { ...asking, after })).text()
    expect(speaker.errorOf(next)).toBeNull()
    expect(speaker.textOf(next)).toContain('It rains.')
    const signatures = (await callsOf(handle)).slice(1).map(({ body }) => {
      const sent = (body as Sent).contents.flatMap((each) => each.parts)
      return sent.find(({ functionCall }) => functionCall)?.thoughtSignature
    })
    const own = expect.stringMatching(/^E[g-v]/)
    expect(signatures).toEqual([own, 'skip_thought_signature_validator'])
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })
})
