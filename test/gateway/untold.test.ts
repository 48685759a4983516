/** Whatever an answer contains, the client gets it or a 502, and the lease is settled in both cases. */
import { createExecutionContext, env, waitOnExecutionContext } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { Clock } from '../../src/clock.ts'
import { Client } from '../../src/gateway/client.ts'
import { generateChoices } from '../../src/gateway/choices.ts'
import { Cuttings } from '../../src/bytes/cuttings.ts'
import { crashedRequest } from '../../src/routes/crash.ts'
import { readSettings } from '../../src/settings.ts'
import { chat, framesOf, givenUser, google, MODEL, settledStats } from '../support/pollux.ts'

const UPSTREAMS = ['api_key', 'service_account', 'authorized_user'] as const

const NO_TEXT: readonly unknown[] = [5, null, {}, [], true, { toString: 1 }]
const ODD: readonly (readonly [string, (odd: unknown) => object])[] = [
  [
    'executableCode.language',
    (odd) => ({ parts: [{ executableCode: { language: odd, code: 'print(1)' } }, { text: 'ok' }] }),
  ],
  [
    'codeExecutionResult.output',
    (odd) => ({ parts: [{ codeExecutionResult: { output: odd } }, { text: 'ok' }] }),
  ],
  [
    'a grounding title',
    (odd) => ({
      text: 'ok',
      candidate: {
        groundingMetadata: {
          groundingChunks: [{ web: { uri: 'https://example.com', title: odd, domain: odd } }],
          groundingSupports: [
            { segment: { startIndex: 0, endIndex: 2, text: odd }, groundingChunkIndices: [0, odd] },
          ],
        },
      },
    }),
  ],
  [
    'a token of logprobs',
    (odd) => ({
      text: 'ok',
      candidate: {
        logprobsResult: {
          chosenCandidates: [{ token: odd, logProbability: odd }],
          topCandidates: [{ candidates: [{ token: odd, logProbability: odd }] }, odd],
        },
      },
    }),
  ],
  [
    'a part',
    (odd) => ({
      chunks: [
        {
          candidates: [
            {
              content: {
                parts: [
                  { text: odd, thought: odd, inlineData: odd, executableCode: odd },
                  { functionCall: typeof odd === 'object' ? 5 : odd },
                  { text: 'ok' },
                ],
              },
              finishReason: 'STOP',
            },
          ],
        },
      ],
    }),
  ],
  [
    'counts',
    (odd) => ({
      chunks: [
        {
          candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: odd, promptTokensDetails: odd },
        },
      ],
    }),
  ],
]

describe.each(UPSTREAMS)('an odd answer through %s', (kind) => {
  it.each(ODD.flatMap((odd) => [false, true].map((stream) => [...odd, stream] as const)))(
    'with %s is told, and settled',
    async (_, reply, stream) => {
      const user = await givenUser([kind])
      for (const odd of NO_TEXT) {
        const n = odd === 5 ? 2 : 1
        await google.script({
          credential: user.credentials[0]?.handle ?? '',
          times: n,
          reply: reply(odd) as never,
        })
        const answer = await chat(user.key, { stream, n, logprobs: true, top_logprobs: 1 })
        const text = await answer.text()
        expect([answer.status, text]).toEqual([200, expect.stringContaining('ok')])
        expect(framesOf(text).some((frame) => 'error' in frame)).toBe(false)
      }
      const { ledger } = await settledStats(user)
      expect(ledger).toMatchObject({ open: 0, holds: true })
    },
  )
})

describe('a telling that throws', () => {
  it.each([1, 3])('leaves no lease behind (n: %i), and is a 502', async (n) => {
    const user = await givenUser()
    const settings = readSettings(env)
    if (!settings.ok) throw new Error(settings.message)
    const ctx = createExecutionContext()
    const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`
    const made = await generateChoices(
      {
        env,
        userId: user.userId,
        keyDigest: user.userId,
        requestId,
        model: MODEL,
        session: null,
        estimatedTokens: 10,
        settings: settings.settings,
        client: new Client(),
        clock: new Clock(),
        waitUntil: (work) => ctx.waitUntil(work),
        request: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
        cuttings: Cuttings.NONE,
        stream: false,
      },
      n,
    )
    expect(made.ok).toBe(true)
    expect(crashedRequest(new TypeError('a conversion threw'), requestId)).toMatchObject({
      reason: 'upstream_error',
    })
    await waitOnExecutionContext(ctx)
    const stats = await settledStats(user)
    expect(stats.ledger).toMatchObject({ granted: n, settled: n, open: 0, holds: true })
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ upstream_fault: n })
    // A crash before Google has answered is the gateway's own.
    expect(crashedRequest(new TypeError('again'), requestId)).toMatchObject({
      reason: 'internal_error',
    })
  })
})
