/**
 * Recurring values are frozen, and what is made of them is made once (src/json/recurring-bodies.ts). A request made of such
 * values equals one that was read anew, however often it recurs, and nothing that is made for it changes them later.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { ANTHROPIC_MESSAGES } from '../../src/dialects/anthropic-messages/index.ts'
import type { JsonDialect } from '../../src/dialects/dialect.ts'
import { OPENAI_CHAT } from '../../src/dialects/openai-chat/index.ts'
import { OPENAI_RESPONSES } from '../../src/dialects/openai-responses/index.ts'
import { fit } from '../../src/gemini/fit/index.ts'
import { callIdsOf } from '../../src/gemini/fit/signatures.ts'
import { estimateTokens } from '../../src/gemini/usage.ts'
import { frozen } from '../../src/json/frozen.ts'
import { stringifyPiecewise } from '../../src/json/piecewise.ts'
import { sent } from './openai-responses/support.ts'
import { anyBody, written } from './support/any-body.ts'
import { anyMessageBody } from './support/any-message-body.ts'
import { RESPONSES } from './support/sound-responses.ts'

const MODELS = ['gemini-2.5-flash', 'gemini-3.8-flash', 'gemma-4-31b-it']
const TARGETS = [
  { model: 'gemini-2.5-flash', upstream: 'gemini-api', schemas: 'json' },
  { model: 'gemini-3.8-flash', upstream: 'vertex', schemas: 'openapi', dummiesOnly: true },
] as const

/** The request, or the failure, that a body becomes before Google is asked. */
async function outcomeOf(
  dialect: JsonDialect,
  body: unknown,
  write: (value: unknown) => string | undefined,
): Promise<unknown> {
  const read = await dialect.read(sent(body))
  if (!read.ok) return read.failure
  const { attachments } = read
  const translated = read.translate()
  if (!translated.ok) return translated.failure
  if (translated.order === 'as_written') throw new Error('was written')
  const { requests } = translated
  return {
    attachments: JSON.stringify(attachments),
    requests: requests.map((request) => ({
      written: TARGETS.map((target) => write(fit(request, target))),
      tokens: estimateTokens(request),
      callIds: callIdsOf(request),
    })),
    answer: await answerTo(translated),
  }
}

type Translated = Extract<
  ReturnType<Extract<Awaited<ReturnType<JsonDialect['read']>>, { ok: true }>['translate']>,
  { ok: true }
>

/** Parts of the answer repeat what was asked. */
async function answerTo(translated: Translated): Promise<unknown> {
  const response = { candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] }
  const terms = {
    model: 'gemini-2.5-flash',
    target: TARGETS[0],
    preferences: { reasoningFormat: null, safetySettings: [], storeResponses: true },
  } as const
  const context = { requestId: `req_${'0'.repeat(32)}`, createdMs: 1_795_910_400_000 }
  const told = await translated.telling.whole([{ ...terms, response } as never], context as never)
  return told.ok && typeof told.body === 'string' ? told.body.replaceAll(/[\w-]{20,}/g, '') : told
}

const CASES: readonly (readonly [string, JsonDialect, fc.Arbitrary<string>])[] = [
  ['chat', OPENAI_CHAT, anyBody(MODELS)],
  ['Responses', OPENAI_RESPONSES, anyBody(MODELS, RESPONSES)],
  ['Messages', ANTHROPIC_MESSAGES, anyMessageBody.map((body) => JSON.stringify(body))],
]

it.each(CASES)('%s are read the same each time', async (_, dialect, bodies) => {
  let translated = 0
  await fc.assert(
    fc.asyncProperty(bodies, async (text) => {
      const anew = await outcomeOf(dialect, JSON.parse(written(text)), JSON.stringify)
      const body = frozen(JSON.parse(written(text)) as unknown)
      const piecewise = (value: unknown): string | undefined => stringifyPiecewise(value, 6)
      for (let time = 0; time < 3; time++) {
        expect(await outcomeOf(dialect, body, piecewise)).toEqual(anew)
      }
      translated += Number(Object.hasOwn(anew as object, 'requests'))
    }),
    { numRuns: 500 },
  )
  // Otherwise the test would have shown nothing.
  expect(translated).toBeGreaterThan(5)
})
