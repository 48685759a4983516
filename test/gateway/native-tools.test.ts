/**
 * Turns with functions as Google's clients write them: signatures and ids are lost, and results come one by one,
 * twice, or in snake case.
 */
import { describe, expect, it } from 'vitest'
import { givenUser, google, settledStats, type User } from '../support/pollux.ts'
import { eventsOf, native, type NativeResponse, nativeStream, wordsOf } from '../support/native.ts'

const MODEL = 'gemini-3-flash-preview'
const QUESTION = { role: 'user', parts: [{ text: 'Add.' }] }
const TOOLS = [{ functionDeclarations: [{ name: 'add' }, { name: 'sub' }] }]

type Part = Record<string, unknown>

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

/** The parts of an answer that calls these functions. */
async function called(user: User, names: readonly string[], stream = false): Promise<Part[]> {
  const parts = names.map((name) => ({ functionCall: { name, args: { a: 1 } } }))
  await google.script({ credential: handleOf(user), reply: { parts } })
  const body = { contents: [QUESTION], tools: TOOLS }
  const answers = stream
    ? eventsOf(await (await nativeStream(user.key, body, { model: MODEL })).text())
    : [await (await native(user.key, body, { model: MODEL })).json<NativeResponse>()]
  const calls = answers
    .flatMap(({ candidates = [] }) => candidates[0]?.content?.parts ?? [])
    .filter((part) => part['functionCall'] !== undefined)
  await settledStats(user)
  return calls
}

function resultOf({ functionCall }: Part, overrides: Part = {}): Part {
  const { id, name } = functionCall as { id?: string; name: string }
  return {
    functionResponse: { ...(id !== undefined && { id }), name, response: { sum: 2 }, ...overrides },
  }
}

async function goesOn(user: User, contents: readonly object[], model = MODEL): Promise<string> {
  const body = { contents: [QUESTION, ...contents], tools: TOOLS }
  const answer = await native(user.key, body, { model })
  const response = await answer.json<NativeResponse>()
  expect(response.error).toBeUndefined()
  await settledStats(user)
  return wordsOf([response])
}

async function contentsAtGoogle(user: User): Promise<unknown> {
  const calls = await google.calls({ credential: handleOf(user) })
  const body = calls.at(-1)?.body as { contents: unknown } | undefined
  return body?.contents
}

function without({ ...part }: Part, name: string): Part {
  delete part[name]
  return part
}

function urlSafe(part: Part): Part {
  const { thoughtSignature } = part as { thoughtSignature?: string }
  return thoughtSignature === undefined
    ? part
    : {
        ...part,
        thoughtSignature: thoughtSignature.replaceAll('+', '-').replaceAll('/', '_'),
      }
}

describe.each(['api_key', 'service_account', 'authorized_user'] as const)(
  'a call, from %s,',
  (kind) => {
    it.each([
      ['as it came', (part: Part) => part],
      ['with a signature in the alphabet of URLs', urlSafe],
      ['without its signature', (part: Part) => without(part, 'thoughtSignature')],
      [
        "with the word of Google's CLI for none",
        (part: Part) => ({ ...part, thoughtSignature: 'skip_thought_signature_validator' }),
      ],
    ])('comes back %s', async (_, change) => {
      const user = await givenUser([kind])
      const [call = {}] = await called(user, ['add'], true)
      const contents = [
        { role: 'model', parts: [change(call)] },
        { role: 'user', parts: [resultOf(call)] },
      ]
      expect(await goesOn(user, contents)).toContain('The function answered')
    })
  },
)

describe('what the model said in one step', () => {
  it('is put together, if there is a call in it', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add', 'sub'])
    const said = [{ text: 'I add ' }, { text: 'and subtract.' }, ...calls]
    const results = { role: 'user', parts: calls.map((call) => resultOf(call)) }
    await goesOn(user, [...said.map((part) => ({ role: 'model', parts: [part] })), results])
    expect(await contentsAtGoogle(user)).toEqual([
      QUESTION,
      { role: 'model', parts: said },
      results,
    ])
  })

  it('stays as it is without one', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add'])
    const contents = [
      { role: 'model', parts: calls },
      { role: 'user', parts: calls.map((call) => resultOf(call)) },
      { role: 'model', parts: [{ text: 'It is ' }] },
      { role: 'model', parts: [{ text: '3.' }] },
      { role: 'user', parts: [{ text: 'And then?' }] },
    ]
    await goesOn(user, contents)
    expect(await contentsAtGoogle(user)).toEqual([QUESTION, ...contents])
  })
})

describe('results', () => {
  it('of one step in a content each are put together', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add', 'sub'])
    const contents = [
      { role: 'model', parts: calls },
      ...calls.map((call) => ({ role: 'user', parts: [resultOf(call)] })),
    ]
    await goesOn(user, contents)
    expect(await contentsAtGoogle(user)).toEqual([
      QUESTION,
      { role: 'model', parts: calls },
      { role: 'user', parts: calls.map((call) => resultOf(call)) },
    ])
  })

  it('that are there twice are sent once', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add'])
    const [result = {}] = calls.map((call) => resultOf(call))
    const contents = [
      { role: 'model', parts: calls },
      { role: 'user', parts: [result, result] },
    ]
    await goesOn(user, contents)
    expect(await contentsAtGoogle(user)).toEqual([
      QUESTION,
      { role: 'model', parts: calls },
      { role: 'user', parts: [result] },
    ])
  })

  it('in snake case are found too', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add', 'sub'])
    const snake = calls.map((call) => ({ function_call: call['functionCall'] }))
    const contents = [
      { role: 'model', parts: snake },
      ...calls.flatMap((call) => {
        const content = {
          role: 'user',
          parts: [{ function_response: resultOf(call)['functionResponse'] }],
        }
        return [content, content]
      }),
    ]
    expect(await goesOn(user, contents)).toContain('The function answered')
  })

  it('of two calls of one function, without ids, stay two', async () => {
    const user = await givenUser()
    const calls = await called(user, ['add', 'add'])
    const bare = calls.map((call) => ({
      ...call,
      functionCall: without(call['functionCall'] as Part, 'id'),
    }))
    const contents = [
      { role: 'model', parts: bare },
      { role: 'user', parts: bare.map((call) => resultOf(call)) },
    ]
    await goesOn(user, contents)
    expect(await contentsAtGoogle(user)).toEqual([QUESTION, ...contents])
  })
})

it.each([
  [['api_key', 'service_account'], MODEL],
  [['service_account', 'authorized_user'], MODEL],
  [['api_key'], 'gemini-3.1-pro-preview'],
] as const)(
  'words that another model or upstream signed go without its signature: %j, %s',
  async (kinds, model) => {
    const user = await givenUser(kinds)
    const asked = { contents: [QUESTION] }
    const { candidates: [said] = [] } = await (
      await native(user.key, asked, { model: MODEL })
    ).json<NativeResponse>()
    expect(said?.content?.parts?.[0]).toHaveProperty('thoughtSignature')
    await settledStats(user)

    if (kinds.length > 1) {
      const reply = { error: 'generic_429' as const }
      await google.script({ credential: handleOf(user), times: 0, reply })
    }
    expect(await goesOn(user, [said?.content ?? {}, QUESTION], model)).toContain('Add.')
    const calls = await google.calls({ credential: user.credentials.at(-1)?.handle ?? '' })
    const sent = calls.filter(({ method }) => method === 'generateContent')
    expect(JSON.stringify(sent.at(-1)?.body)).not.toContain('thoughtSignature')
  },
)
