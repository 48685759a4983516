import { describe, expect, it } from 'vitest'
import { chat, givenUser, google, MODEL, settledStats } from '../support/pollux.ts'

describe('the ledger', () => {
  it('adds up after 100 concurrent requests, some of which rotate, fail or stream', async () => {
    const user = await givenUser(['api_key', 'service_account', 'authorized_user'])
    const [first, second] = user.credentials.map(({ handle }) => handle)
    await google.script({
      credential: first ?? '',
      times: 10,
      reply: { error: 'gemini_429_minute' },
    })
    await google.script({ credential: second ?? '', times: 5, reply: { error: '503_overloaded' } })
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const answer = await chat(user.key, { stream: index % 2 === 0 })
        await answer.text()
        return answer.status
      }),
    )
    const stats = await settledStats(user)
    const answered = answers.filter((status) => status === 200).length
    expect(stats.requests).toMatchObject({ total: 100, open: 0, ok: answered })
    expect(stats.requests.failed + stats.requests.refused).toBe(100 - answered)
    expect(stats.total_requests).toBe(100)
    expect(stats.ledger).toEqual({
      granted: stats.ledger.granted,
      settled: stats.ledger.granted,
      open: 0,
      holds: true,
    })
    // Computes both sides again, from the rows of the single credentials.
    const rows = stats.ring.credentials.flatMap(({ models }) => Object.values(models))
    const granted = rows.reduce((sum, row) => sum + row.granted, 0)
    const terminal = rows.reduce(
      (sum, row) =>
        sum +
        row.ok +
        row.client_fault +
        row.credential_fault +
        row.quota +
        row.upstream_fault +
        row.cancelled +
        row.lost,
      0,
    )
    expect(granted).toBe(stats.ledger.granted)
    expect(terminal).toBe(granted)
    expect(rows.reduce((sum, row) => sum + row.ok, 0)).toBe(answered)
    // The ledger counted exactly the calls that Google saw.
    const calls = (await google.calls()).filter(
      ({ credential, method }) =>
        user.credentials.some(({ handle }) => handle === credential) &&
        /generateContent$/i.test(method),
    )
    expect(calls.length).toBe(granted)
    const perCredential = Object.values(stats.requests_per_credential)
    expect(perCredential.reduce((sum, count) => sum + count, 0)).toBe(granted)
  })

  it('counts the tokens that Google counted', async () => {
    const user = await givenUser(['api_key'])
    const usage = {
      promptTokenCount: 11,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 5,
      totalTokenCount: 23,
    }
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 2, reply: { text: 'Hi', usage } })
    const answer = await chat(user.key)
    expect(await answer.json()).toMatchObject({
      usage: {
        prompt_tokens: 11,
        completion_tokens: 12,
        total_tokens: 23,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    })
    await (await chat(user.key, { stream: true })).text()
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.models[MODEL]?.tokens).toEqual({
      prompt: 22,
      cached: 8,
      output: 14,
      reasoning: 10,
      tool_use: 0,
    })
  })
})
