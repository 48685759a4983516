/** A cached content that a request names, in every dialect that translates (docs/google.md: Cached contents). */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  configure,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { ask, turn } from '../support/things.ts'

type Json = Readonly<Record<string, unknown>>

const FUNCTION = { name: 'f', description: 'Does it.' }
const SCHEMA = { type: 'object', properties: { a: { type: 'string' } } }

interface Dialect {
  readonly path: string
  readonly body: Json
  /** Fields that a cache must hold itself. */
  readonly beside: readonly Json[]
}

const CHAT: Dialect = {
  path: '/v1/chat/completions',
  body: { messages: [{ role: 'user', content: 'Go' }] },
  beside: [
    {
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Go' },
      ],
    },
    { tools: [{ type: 'function', function: FUNCTION }] },
  ],
}
const RESPONSES: Dialect = {
  path: '/v1/responses',
  body: { input: 'Go' },
  beside: [
    { instructions: 'Be kind.' },
    {
      input: [
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Go' },
      ],
    },
    { tools: [{ type: 'function', ...FUNCTION, parameters: SCHEMA }] },
    { tools: [{ type: 'web_search' }] },
  ],
}
const MESSAGES: Dialect = {
  path: '/v1/messages',
  body: { max_tokens: 9000, messages: [{ role: 'user', content: 'Go' }] },
  beside: [
    { system: 'Be kind.' },
    { tools: [{ ...FUNCTION, input_schema: SCHEMA }] },
    { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
  ],
}
const COMPLETIONS: Dialect = {
  path: '/v1/completions',
  body: { prompt: 'Go' },
  beside: [{ suffix: 'the end' }],
}

const DIALECTS = [
  ['chat', CHAT],
  ['Responses', RESPONSES],
  ['Messages', MESSAGES],
  ['Completions', COMPLETIONS],
] as const
const EITHER_WAY = DIALECTS.flatMap(([name, dialect]) =>
  [false, true].map((stream) => [name, stream, dialect] as const),
)

function say(user: User, { path, body }: Dialect, fields: Json): Promise<Response> {
  return post(path, user.key, { model: MODEL, ...body, ...fields })
}

/** Made by the first credential; the ring then begins with the next. */
async function cachedBy(user: User): Promise<string> {
  const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(5000) }] }]
  const made = await ask(user, 'POST', '/v1beta/cachedContents', {
    model: `models/${MODEL}`,
    contents,
    ttl: '300s',
  })
  const { name } = await made.json<{ name: string }>()
  await turn(user)
  return name
}

/** The caches that each credential's calls named, in ring order. */
function namedTo({ credentials }: User): Promise<unknown[][]> {
  return Promise.all(
    credentials.map(async ({ handle }) =>
      (await callsOf(handle)).map(({ body }) => (body as Json)['cachedContent'] ?? null),
    ),
  )
}

async function refusalOf(answer: Response): Promise<{ status: number; text: string }> {
  return { status: answer.status, text: await answer.text() }
}

describe('a cached content', () => {
  it.each(EITHER_WAY)('is asked of its owner: %s (stream: %s)', async (_, stream, dialect) => {
    const user = await givenUser(['service_account', 'api_key', 'api_key'])
    const name = await cachedBy(user)
    const answer = await say(user, dialect, {
      cached_content: name,
      stream,
      ...(stream && dialect !== RESPONSES && { stream_options: { include_usage: true } }),
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    expect(await answer.text()).toMatch(/"(?:cached_tokens|cache_read_input_tokens)": ?\d{4}/)
    expect(await namedTo(user)).toEqual([[], [name], []])
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it.each(DIALECTS)('is named in any spelling and place: %s', async (_, dialect) => {
    const user = await givenUser()
    const name = await cachedBy(user)
    const ways = [
      { cached_content: name },
      { cachedContent: name },
      { google: { cached_content: name } },
      { google: { cachedContent: name }, cached_content: 'cachedContents/other' },
      { extra_body: { google: { cached_content: name } }, google: { cached_content: null } },
    ]
    for (const way of ways) {
      const answer = await say(user, dialect, way)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-ignored')).toBeNull()
      await answer.text()
    }
    expect(await namedTo(user)).toEqual([ways.map(() => name)])
  })

  it.each(EITHER_WAY)(
    'unknown to Google is not looked for elsewhere: %s (stream: %s)',
    async (_, stream, dialect) => {
      const user = await givenUser(['api_key', 'api_key'])
      const answer = await say(user, dialect, { cached_content: 'cachedContents/none', stream })
      const { status, text } = await refusalOf(answer)
      expect(status).toBe(400)
      expect(text).toContain('CachedContent not found')
      expect((await namedTo(user)).flat()).toEqual(['cachedContents/none'])
    },
  )

  it.each(EITHER_WAY)(
    'whose time is over is refused: %s (stream: %s)',
    async (_, stream, dialect) => {
      const user = await givenUser(['api_key', 'api_key'])
      const name = await cachedBy(user)
      await google.expire(name)
      const { status, text } = await refusalOf(
        await say(user, dialect, { cached_content: name, stream }),
      )
      expect(status).toBe(400)
      expect(text).toContain('CachedContent not found')
      expect(await namedTo(user)).toEqual([[name], []])
    },
  )

  it.each(EITHER_WAY)(
    'waits for its owner to have quota: %s (stream: %s)',
    async (_, stream, dialect) => {
      const user = await givenUser(['api_key', 'api_key'])
      const name = await cachedBy(user)
      const credential = user.credentials[0]?.handle ?? ''
      await google.script({ credential, reply: { error: 'gemini_429_minute' } })
      for (let request = 0; request < 2; request++) {
        const answer = await say(user, dialect, { cached_content: name, stream })
        expect(answer.status).toBe(429)
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        await answer.text()
      }
      expect(await namedTo(user)).toEqual([[name], []])
    },
  )

  it.each(EITHER_WAY)(
    'goes without instructions and tools: %s (stream: %s)',
    async (_, stream, dialect) => {
      const user = await givenUser()
      for (const beside of dialect.beside) {
        const fields = { ...beside, google: { cached_content: 'cachedContents/abc' }, stream }
        const { status, text } = await refusalOf(await say(user, dialect, fields))
        expect(status).toBe(400)
        expect(text).toContain('cached_content')
        expect(text).toContain('must be part of what is cached')
      }
      expect(await namedTo(user)).toEqual([[]])
    },
  )

  it.each(DIALECTS)('is a name, and nothing else: %s', async (_, dialect) => {
    const user = await givenUser()
    for (const wrong of ['../../models', 'abc', 5, {}]) {
      for (const [fields, at] of [
        [{ cachedContent: wrong }, 'cachedContent'],
        [{ google: { cached_content: wrong } }, 'google.cached_content'],
        [{ extra_body: { google: { cached_content: wrong } } }, 'extra_body.google.cached_content'],
      ] as const) {
        const { status, text } = await refusalOf(await say(user, dialect, fields))
        expect(status).toBe(400)
        expect(text).toContain(at)
      }
    }
    expect(await namedTo(user)).toEqual([[]])
  })

  it.each(
    DIALECTS.flatMap(([name, dialect]) =>
      (
        [
          ['service_account', 'cachedContents/abc'],
          ['authorized_user', 'cachedContents/abc'],
          ['authorized_user', 'projects/p/locations/global/cachedContents/abc'],
          ['api_key', 'projects/p/locations/global/cachedContents/abc'],
        ] as const
      ).map(([kind, cache]) => [name, kind, cache, dialect] as const),
    ),
  )('is refused by name: %s, %s, %s', async (_, kind, cache, dialect) => {
    const user = await givenUser([kind])
    const { status, text } = await refusalOf(await say(user, dialect, { cached_content: cache }))
    expect(status).toBe(400)
    expect(text).toContain('cached_content')
    expect(await google.calls({ credential: user.credentials[0]?.handle ?? '' })).toEqual([])
  })

  it.each(DIALECTS)('of Vertex is asked of Vertex alone: %s', async (_, dialect) => {
    const user = await givenUser(['api_key', 'authorized_user', 'service_account'])
    const name = 'projects/p/locations/global/cachedContents/1'
    await configure(user, { media_uris: ['projects/p/locations/global/cachedContents/'] })
    const answer = await say(user, dialect, { cached_content: name })
    expect(await refusalOf(answer)).toMatchObject({
      status: 400,
      text: expect.stringContaining('Not found: cached content metadata for 1.') as string,
    })
    expect(await namedTo(user)).toEqual([[], [], [name]])
  })

  it.each(DIALECTS)(
    'leaves what stands beside its name unread, and says so: %s',
    async (_, dialect) => {
      const user = await givenUser()
      const cached_content = await cachedBy(user)
      const google = { cached_content, labels: { a: 'b' } }
      const answer = await say(user, dialect, { google, extra_body: { other: 1 } })
      await answer.text()
      expect(answer.headers.get('x-pollux-ignored')?.split(', ').toSorted()).toEqual([
        'extra_body.other',
        'google.labels',
      ])
    },
  )
})

describe('a function that is part of what is cached', () => {
  it.each(EITHER_WAY.filter(([, , dialect]) => dialect !== COMPLETIONS))(
    'is called: %s (stream: %s)',
    async (_, stream, dialect) => {
      const user = await givenUser()
      const cached_content = await cachedBy(user)
      const credential = user.credentials[0]?.handle ?? ''
      const parts = [{ functionCall: { name: 'look_up', args: { a: 'b' } } }]
      await google.script({ credential, reply: { parts } })
      const answer = await say(user, dialect, { cached_content, stream })
      expect(answer.status).toBe(200)
      expect(await answer.text()).toMatch(/"name": ?"look_up"/)
    },
  )
})

describe('how long to answer', () => {
  it.each([
    ['chat', { verbosity: 'low' }, 'verbosity', CHAT],
    ['Responses', { text: { verbosity: 'high' } }, 'text.verbosity', RESPONSES],
  ] as const)('is left out beside a cache, and named: %s', async (_, fields, named, dialect) => {
    const user = await givenUser()
    const cached_content = await cachedBy(user)
    const answer = await say(user, dialect, { cached_content, ...fields })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-ignored')).toBe(named)
    await answer.text()
  })
})

describe('in a conversation of Responses', () => {
  it('a cache is read for a summary too', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const cached_content = await cachedBy(user)
    const answer = await say(
      user,
      { ...RESPONSES, path: '/v1/responses/compact' },
      { cached_content },
    )
    expect(answer.status).toBe(200)
    await answer.text()
    expect(await namedTo(user)).toEqual([[cached_content], []])
  })

  it('a cache is named request by request', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const name = await cachedBy(user)
    const given = [name, null, name]
    let previous: string | null = null
    for (const cached_content of given) {
      const answer = await say(user, RESPONSES, { cached_content, previous_response_id: previous })
      expect(answer.status).toBe(200)
      previous = (await answer.json<{ id: string }>()).id
    }
    const [owners = [], others = []] = await namedTo(user)
    expect(others.filter(Boolean)).toEqual([])
    expect(owners.filter(Boolean)).toEqual([name, name])
    expect([...owners, ...others]).toHaveLength(given.length)
  })

  it('is refused beside instructions that were said before', async () => {
    const user = await givenUser()
    const name = await cachedBy(user)
    const input = [
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content: 'Go' },
    ]
    const first = await say(user, RESPONSES, { input })
    const { id } = await first.json<{ id: string }>()
    const answer = await say(user, RESPONSES, { cached_content: name, previous_response_id: id })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param: 'cached_content' } })
  })
})

describe('counting a prompt with a cache', () => {
  it.each([
    ['/v1/messages/count_tokens', MESSAGES],
    ['/v1/responses/input_tokens', RESPONSES],
  ] as const)('counts what is beside it: %s', async (path, dialect) => {
    const user = await givenUser()
    const cached_content = await cachedBy(user)
    const counted = await say(user, { ...dialect, path }, { cached_content })
    expect(counted.status).toBe(200)
    const { input_tokens } = await counted.json<{ input_tokens: number }>()
    expect(input_tokens).toBeGreaterThan(0)
    expect(input_tokens).toBeLessThan(100)
    const refused = await say(user, { ...dialect, path }, { cached_content, ...dialect.beside[0] })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('cached_content')
  })
})
