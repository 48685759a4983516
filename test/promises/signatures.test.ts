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
})
