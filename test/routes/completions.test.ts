import { describe, expect, it } from 'vitest'
import {
  callsOf,
  type ErrorBody,
  framesOf,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

interface Completion {
  readonly id: string
  readonly object: string
  readonly choices: {
    readonly index: number
    readonly text: string
    readonly finish_reason: string | null
  }[]
  readonly usage?: { readonly total_tokens: number }
}

function ask(user: User, body: object): Promise<Response> {
  return post('/v1/completions', user.key, { model: MODEL, ...body })
}

async function complete(user: User, body: object): Promise<Completion> {
  const answer = await ask(user, body)
  expect(answer.status).toBe(200)
  return answer.json<Completion>()
}

describe('POST /v1/completions', () => {
  it('answers a prompt with text', async () => {
    const completion = await complete(await givenUser(), { prompt: 'Hello there', logprobs: null })
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^cmpl-/),
      object: 'text_completion',
      model: MODEL,
      choices: [{ index: 0, text: 'You said: Hello there', logprobs: null, finish_reason: 'stop' }],
    })
    expect(completion.usage?.total_tokens).toBeGreaterThan(0)
  })

  it('makes n choices of each prompt, in order, as one request', async () => {
    const user = await givenUser()
    const { choices } = await complete(user, { prompt: ['one', 'two'], n: 2 })
    expect(choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'You said: one'],
      [1, 'You said: one'],
      [2, 'You said: two'],
      [3, 'You said: two'],
    ])
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1 })
    expect(ledger).toEqual({ granted: 4, settled: 4, open: 0, holds: true })
  })

  it('repeats the prompt where it is to, stops where it is to, and tells what was cut short', async () => {
    const user = await givenUser()
    const [echo] = (await complete(user, { prompt: 'Hello', echo: true })).choices
    expect(echo?.text).toBe('HelloYou said: Hello')
    const [stopped] = (await complete(user, { prompt: 'a b c', stop: [' b'] })).choices
    expect(stopped?.text).toBe('You said: a')
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { text: 'cut', finishReason: 'MAX_TOKENS' } })
    const [cut] = (await complete(user, { prompt: 'Hello', max_tokens: 5 })).choices
    expect(cut).toMatchObject({ text: 'cut', finish_reason: 'length' })
  })

  it('shows no thoughts, for which it has no field', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    for (const stream of [false, true]) {
      await google.script({ credential, reply: { thought: 'Hm.', text: 'Yes.' } })
      const answer = await (await ask(user, { prompt: 'Hello', stream })).text()
      expect(answer).not.toContain('Hm.')
      expect(answer).toContain('Yes.')
    }
  })

  it('asks for what belongs before a suffix', async () => {
    const user = await givenUser()
    await complete(user, { prompt: 'def add(a, b):', suffix: 'print(add(1, 2))' })
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    const sent = JSON.stringify(call?.body)
    expect(sent).toContain('<before>def add(a, b):</before>')
    expect(sent).toContain('<after>print(add(1, 2))</after>')
  })

  it('streams text, one finish, usage if asked for, and [DONE]', async () => {
    const user = await givenUser()
    const body = { prompt: 'Hello there', stream: true, stream_options: { include_usage: true } }
    const answer = await ask(user, { ...body, echo: true })
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const stream = await answer.text()
    expect(stream.endsWith('data: [DONE]\n\n')).toBe(true)
    const chunks = framesOf(stream) as unknown as Completion[]
    const text = chunks.map(({ choices }) => choices[0]?.text ?? '').join('')
    expect(text).toBe('Hello thereYou said: Hello there')
    const reasons = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])
    expect(reasons).toEqual(['stop'])
    expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0)
    expect((await settledStats(user)).requests).toMatchObject({ total: 1, ok: 1 })
  })

  it('ends a stream that Google breaks off in an error, never in a stop', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { text: 'one two three', finishReason: null } })
    const stream = await (await ask(user, { prompt: 'Hello', stream: true })).text()
    expect(stream).toContain('"error"')
    expect(stream).not.toContain('"finish_reason":"stop"')
  })

  it.each([
    ['no prompt', {}, 'missing_required_parameter', 'prompt'],
    ['tokens', { prompt: [1, 2] }, 'invalid_type', 'prompt'],
    ['lists of tokens', { prompt: [[1], [2]] }, 'invalid_type', 'prompt'],
    ['an empty list', { prompt: [] }, 'invalid_value', 'prompt'],
    ['log probabilities', { prompt: 'a', logprobs: 2 }, 'unsupported_parameter', 'logprobs'],
    ['the best of three', { prompt: 'a', best_of: 3 }, 'unsupported_value', 'best_of'],
    ['two streams', { prompt: ['a', 'b'], stream: true }, 'unsupported_value', 'stream'],
    ['17 choices', { prompt: 'a', n: 17 }, 'invalid_value', 'n'],
    ['18 choices', { prompt: ['a', 'b'], n: 9 }, 'unsupported_value', 'prompt'],
    ['heat', { prompt: 'a', temperature: 5 }, 'invalid_value', 'temperature'],
  ])('refuses %s', async (_, body, code, param) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })

  it.each(['', ['', '']])('says of an empty prompt that it is empty: %o', async (prompt) => {
    const user = await givenUser()
    const answer = await ask(user, { prompt })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      message: "Invalid value for 'prompt': must hold some text.",
      param: 'prompt',
    })
  })
})
