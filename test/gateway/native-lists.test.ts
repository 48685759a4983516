/** One thing where Google takes a list of one, as in its examples for curl; and fields that come twice. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { givenUser, google, MODEL, settledStats, type User } from '../support/pollux.ts'
import { native, NATIVE_BODY } from '../support/native.ts'
import { turn, uploaded } from '../support/things.ts'

const KINDS = ['api_key', 'service_account', 'authorized_user'] as const
/** Google demands signatures of it, and all three upstreams have it. */
const SIGNING = 'gemini-3.1-pro-preview'

afterEach(() => vi.restoreAllMocks())

interface Vector {
  readonly values: readonly number[]
}

async function lastOf(user: User): Promise<unknown> {
  const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
  const { body } = calls.at(-1) as { body: { request?: unknown } }
  return body.request ?? body
}

describe('one thing in place of a list', () => {
  it.each(KINDS)('is a request like any other, from %s', async (kind) => {
    const user = await givenUser([kind])
    const body = {
      contents: { parts: { text: 'Hello there' } },
      system_instruction: { parts: { text: 'Be a cat' } },
      tools: { functionDeclarations: { name: 'f' } },
      safety_settings: { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' },
    }
    const answer = await native(user.key, body)
    expect(await answer.json()).toMatchObject({ candidates: [{ finishReason: 'STOP' }] })
    const counted = await native(user.key, { contents: body.contents }, { method: 'countTokens' })
    expect(await counted.json()).toMatchObject({ totalTokens: 3 })
    await settledStats(user)
  })

  it('reaches the Gemini API as it came', async () => {
    const user = await givenUser()
    const body = { contents: { parts: { text: 'Hello there' } }, tools: { googleSearch: {} } }
    await (await native(user.key, body)).text()
    expect(await lastOf(user)).toEqual(body)
    await settledStats(user)
  })

  it.each(KINDS)('is a call that lacks its signature, and its result, from %s', async (kind) => {
    const user = await givenUser([kind])
    const body = {
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      contents: [
        { role: 'user', parts: { text: 'Hello there' } },
        { role: 'model', parts: { functionCall: { name: 'f', args: {} } } },
        { role: 'user', parts: { functionResponse: { name: 'f', response: {} } } },
      ],
    }
    const answer = await native(user.key, body, { model: SIGNING })
    expect(answer.status).toBe(200)
    await answer.text()
    await settledStats(user)
  })

  it('is read by the credential of its file', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const { uri, mimeType } = await uploaded(user)
    await turn(user)
    const parts = { file_data: { file_uri: uri, mime_type: mimeType } }
    for (const contents of [{ parts }, [{ parts }], { parts: [parts] }]) {
      const answer = await native(user.key, { contents })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
      await answer.text()
    }
    await settledStats(user)
  })

  it.each(['api_key', 'service_account'] as const)('is embedded, from %s', async (kind) => {
    const user = await givenUser([kind])
    const request = { model: 'models/gemini-embedding-001', content: { parts: { text: 'a' } } }
    const asking = { model: 'gemini-embedding-001' }
    const one = await native(user.key, request, { ...asking, method: 'embedContent' })
    expect((await one.json<{ embedding: Vector }>()).embedding.values).toHaveLength(3072)
    const many = { requests: request }
    const all = await native(user.key, many, { ...asking, method: 'batchEmbedContents' })
    expect((await all.json<{ embeddings: Vector[] }>()).embeddings).toHaveLength(1)
    await settledStats(user)
  })
})

describe('a field that comes twice', () => {
  const said = (uri: string): string => `"fileData":{"fileUri":"${uri}","mimeType":"text/plain"}`
  it.each([
    ['plainly', (first: string, last: string) => `{${said(first)},${said(last)}}`],
    [
      'with escapes',
      (first: string, last: string) => `{"\\u0066ile${said(first).slice(5)},${said(last)}}`,
    ],
    ['within', (first: string, last: string) => said(last).replace('{', `{"fileUri":"${first}",`)],
  ])('names no file that nobody looked at: %s', async (how, part) => {
    const [user, other] = [await givenUser(), await givenUser()]
    const [own, foreign] = [await uploaded(user), await uploaded(other)]
    const bodies: string[] = []
    const real = globalThis.fetch
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      if (typeof init?.body === 'string') bodies.push(init.body)
      return real(input, init)
    })
    const written = part(foreign.uri, own.uri)
    const parts = `[${how === 'within' ? `{${written}}` : written}]`
    const body = `{"contents":[{"role":"user","parts":${parts}}],"labels":{"n":"12345678901234567890"}}`
    for (const method of ['generateContent', 'countTokens']) {
      const asked = method === 'countTokens' ? body.replace(/,"labels".*$/, '}') : body
      expect((await native(user.key, asked, { method })).status).toBe(200)
    }
    expect(bodies.filter((sent) => sent.includes(own.uri))).toHaveLength(2)
    expect(bodies.join()).not.toContain(foreign.uri)
    await settledStats(user)
  })
})

describe('results', () => {
  it('go together with what is said behind the last of them', async () => {
    const user = await givenUser()
    const result = (name: string): object => ({ functionResponse: { name, response: {} } })
    const contents = [
      ...NATIVE_BODY.contents,
      { role: 'model', parts: ['f', 'g'].map((name) => ({ functionCall: { name, args: {} } })) },
      { role: 'user', parts: [result('f')] },
      { role: 'user', parts: [result('g'), { text: 'And now?' }] },
      { role: 'user', parts: [{ text: 'Well?' }] },
    ]
    const tools = [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }]
    const answer = await native(user.key, { tools, contents }, { model: MODEL })
    expect(answer.status).toBe(200)
    await answer.text()
    const sent = (await lastOf(user)) as { contents: { parts: object[] }[] }
    expect(sent.contents[2]?.parts).toEqual([result('f'), result('g'), { text: 'And now?' }])
    expect(sent.contents).toHaveLength(4)
    await settledStats(user)
  })
})
