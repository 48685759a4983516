import { afterEach, describe, expect, it, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import { listDurableObjectIds } from 'cloudflare:test'
import { ROUTES } from '../../src/routes/index.ts'
import {
  admin,
  chatBody,
  fetchPollux,
  givenUser,
  MASTER_KEY,
  registered,
} from '../support/pollux.ts'

/** All that a refusal tells, in its answer and in the log, without what differs between any two requests. */
interface Told {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly log: readonly string[]
}

const BODIES: readonly (readonly [string, string | undefined])[] = [
  ['nothing', undefined],
  ['what a chat takes', JSON.stringify({ ...chatBody(), input: 'x', prompt: 'x' })],
  ['what a stream takes', JSON.stringify({ ...chatBody(), input: 'x', prompt: 'x', stream: true })],
  ['half of a body', '{"model":'],
  ['a long body', JSON.stringify({ ...chatBody(), filler: 'x'.repeat(70_000) })],
]

/** A key in the form of minted keys, with a wrong tag. */
const FORGED = `sk-pollux-v1-${'A'.repeat(96)}`

let asked = 0

async function told(
  [method, pattern]: readonly [string, string],
  keys: Record<string, string>,
  body: string | undefined,
): Promise<Told> {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
    lines.push(String(line))
  })
  const answer = await fetchPollux(pattern.replace(/:(\w+)\+?/g, 'a-$1'), {
    method,
    // Few requests from each network, so that none is refused for guessing.
    headers: { ...keys, 'cf-connecting-ip': `a-network-${Math.floor(asked++ / 4)}` },
    ...(method !== 'GET' && body !== undefined && { body }),
  })
  const text = await answer.text()
  log.mockRestore()
  const ids = /"request_id":"[^"]*"|"ms":\d+/g
  return {
    status: answer.status,
    headers: [...answer.headers].filter(([name]) => !/^(?:x-)?request-id$/.test(name)).map(String),
    body: text.replace(ids, ''), // Anthropic's form has the request's id in the body.
    log: lines.map((line) => line.replace(ids, '')),
  }
}

function isGoogles(keys: Record<string, string>): boolean {
  return Object.keys(keys).every((name) => name === 'x-goog-api-key')
}

function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` }
}

async function mintedUser(): Promise<{ readonly apiKey: string; readonly user: { id: string } }> {
  return (await admin('POST', 'users', {})).json()
}

/** The keys of deleted users. `used`: the isolate knew the user before. */
async function deletedKeys(): Promise<Record<string, string>> {
  const chosen = await givenUser()
  const used = await givenUser()
  await (await fetchPollux('/v1/models', { headers: bearer(used.key) })).text()
  const minted = await mintedUser()
  const { credential } = await registered('api_key')
  await admin('POST', `users/${minted.user.id}/credentials`, { gcpServiceAccount: credential })
  for (const id of [chosen.userId, used.userId, minted.user.id]) {
    expect((await admin('DELETE', `users/${id}`)).status).toBe(200)
  }
  return { deleted: chosen.key, 'deleted, used before': used.key, 'deleted, minted': minted.apiKey }
}

afterEach(() => {
  vi.restoreAllMocks()
})

const TABLE = ROUTES.filter(([, , { who }]) => who !== 'everyone')

describe('the refusal of a key', () => {
  it.each(['user', 'admin', 'user_or_admin'])(
    'is the same to the byte on every route of "%s", whyever nobody has it',
    async (who) => {
      const routes = TABLE.filter(([, , access]) => access.who === who)
      expect(routes.length).toBeGreaterThan(3)
      const deleted = Object.entries(await deletedKeys())
      const kinds: [string, Record<string, string>][] = [
        ['unknown', bearer('a-key-that-nobody-has-0123456789')],
        ['unknown, in x-api-key', { 'x-api-key': 'another-key-that-nobody-has' }],
        ['forged', bearer(FORGED)],
        ['two, both unknown', { ...bearer('first-of-two-unknown'), 'x-api-key': 'second-of-two' }],
        ...deleted.map(([kind, key]): [string, Record<string, string>] => [kind, bearer(key)]),
      ]
      if (who === 'user') {
        kinds.push(
          ['the master key', bearer(MASTER_KEY)],
          ['the master key in x-goog-api-key', { 'x-goog-api-key': MASTER_KEY }],
          ['the master key beside another', { ...bearer(MASTER_KEY), 'x-api-key': FORGED }],
        )
      }
      if (who === 'admin') kinds.push(["a user's", bearer((await givenUser()).key)])
      for (const [method, pattern, , family] of routes) {
        const bodies = method === 'GET' ? BODIES.slice(0, 1) : BODIES
        for (const [sent, body] of who === 'user' ? bodies : bodies.slice(0, 2)) {
          const answers: object[] = []
          // A shared route answers Google's header in Google's form, so that header is not compared with the others.
          const asking = family === 'shared' ? kinds.filter(([, keys]) => !isGoogles(keys)) : kinds
          for (const [kind, keys] of asking) {
            const answer = await told([method, pattern], keys, body)
            answers.push({ route: `${method} ${pattern}`, sent, kind, ...answer })
          }
          const [first] = answers
          expect(first).toMatchObject({ status: 401, log: [expect.any(String)] })
          expect(answers).toEqual(asking.map(([kind]) => ({ ...first, kind })))
        }
      }
    },
    90_000,
  )

  it('is the same to the byte in the form of Google, on a route of two families', async () => {
    const answers: Told[] = []
    for (const key of ['a-key-that-nobody-has-0123456789', FORGED, MASTER_KEY]) {
      answers.push(await told(['GET', '/v1/models'], { 'x-goog-api-key': key }, undefined))
    }
    const [first] = answers
    expect(first).toMatchObject({ status: 401, body: expect.stringContaining('UNAUTHENTICATED') })
    expect(answers).toEqual([first, first, first])
  })

  it('comes before the end of a body, of the master key too', async () => {
    for (const key of ['a-key-that-nobody-has-0123456789', MASTER_KEY, FORGED]) {
      const endless = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
      })
      const answer = await fetchPollux('/v1/chat/completions', {
        method: 'POST',
        headers: bearer(key),
        body: endless,
      })
      expect(answer.status).toBe(401)
    }
  })
})

describe('keys of an admin’s choice', () => {
  it('that nobody has wake no object of a user', async () => {
    await givenUser()
    const before = await listDurableObjectIds(env.USERS)
    for (const [index, path] of ['/v1/models', '/v1/key', '/debug/stats'].entries()) {
      const headers = bearer(`a-stranger-${index}-${crypto.randomUUID()}`)
      expect((await fetchPollux(path, { headers })).status).toBe(401)
    }
    expect(await listDurableObjectIds(env.USERS)).toHaveLength(before.length)
  })

  it('that somebody has ask the directory once, and not again for all the strangers', async () => {
    const user = await givenUser()
    const asked = vi.spyOn(env.DIRECTORY, 'getByName')
    const ask = async (key: string): Promise<number> => {
      const answer = await fetchPollux('/v1/models', { headers: bearer(key) })
      await answer.text()
      return answer.status
    }
    expect(await ask(user.key)).toBe(200)
    for (let stranger = 0; stranger < 210; stranger++) {
      expect(await ask(`stranger-${stranger}`)).toBe(401)
    }
    asked.mockClear()
    expect(await ask(user.key)).toBe(200)
    expect(asked).not.toHaveBeenCalled()
  })

  it('serve from the moment at which the admin is told', async () => {
    const key = `key-${crypto.randomUUID()}`
    expect((await fetchPollux('/v1/key', { headers: bearer(key) })).status).toBe(401)
    expect((await admin('POST', 'users', { apiKey: key })).status).toBe(201)
    expect((await fetchPollux('/v1/key', { headers: bearer(key) })).status).toBe(200)
  })
})
