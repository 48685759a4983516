/** A list of batches whose answers hold pictures is longer than what is held, and passes all the same. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { native } from '../support/native.ts'
import { givenUser, settledStats, type User } from '../support/pollux.ts'
import { ask, turn } from '../support/things.ts'

interface Batch {
  readonly name: string
  readonly done?: boolean
  readonly response?: object
}

interface Page {
  readonly operations?: readonly Batch[]
  readonly nextPageToken?: string
}

async function made(user: User): Promise<Batch> {
  const requests = [{ request: { contents: [{ role: 'user', parts: [{ text: 'A picture' }] }] } }]
  const body = { batch: { inputConfig: { requests: { requests } } } }
  const answer = await native(user.key, body, { method: 'batchGenerateContent' })
  return answer.json<Batch>()
}

const data = 'iVBO'.repeat(2_150_000)

/** The batch with this many answers of 8.6 MB, four of which are more than is held. */
function over({ name }: Batch, pictures: number): Batch {
  const inlinedResponses = Array.from({ length: pictures }, () => ({
    response: {
      candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data } }] } }],
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 1300 },
    },
  }))
  return { name, done: true, response: { inlinedResponses: { inlinedResponses } } }
}

/** What Google lists, by credential and token. It does not come over HTTP here, which would take seconds. */
let pages: Record<string, Page | string> = {}
let asked: string[] = []

beforeEach(() => {
  pages = {}
  asked = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : String(input))
    if (pathname !== '/v1beta/batches') return real(input, init)
    const key = new Headers(init?.headers).get('x-goog-api-key') ?? ''
    const place = placeOf(key, searchParams.get('pageToken') ?? '')
    asked.push(place)
    const page = pages[place] ?? {}
    const json = typeof page === 'string' ? page : JSON.stringify(page)
    return new Response(json, { headers: { 'content-type': 'application/json' } })
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

function placeOf(handle: string, token = ''): string {
  return `${handle} ${token}`
}

function firstOf(user: User, index = 0): string {
  return placeOf(user.credentials[index]?.handle ?? '')
}

async function listed(user: User, token = ''): Promise<Page> {
  const answer = await ask(user, 'GET', `/v1beta/batches?pageToken=${token}`)
  expect(answer.status).toBe(200)
  return answer.json<Page>()
}

async function promptsOf(user: User): Promise<readonly (number | undefined)[]> {
  const { ring } = await settledStats(user)
  return ring.credentials.map(({ tokens }) => tokens.prompt)
}

// Some of these pass a hundred megabytes on.
describe('a list of batches that is too long to be held', { timeout: 30_000 }, () => {
  it('passes, counts what is over, and goes on with the next credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const mine = [await made(user), await made(user), await made(user)]
    await turn(user)
    const other = await made(user)
    const stranger = { name: 'batches/of-somebody-else' }
    const [one, two, three] = mine as [Batch, Batch, Batch]
    const operations = [over(one, 1), over(stranger, 4), two, over(three, 4)]
    pages = { [firstOf(user)]: { operations }, [firstOf(user, 1)]: { operations: [other] } }
    const first = await listed(user)
    expect(first.operations).toEqual([over(one, 1), two, over(three, 4)])
    expect(await promptsOf(user)).toEqual([35, 0])
    expect(await listed(user, first.nextPageToken)).toEqual({ operations: [other] })
    pages = { [firstOf(user)]: { operations: [over(three, 4)] } }
    expect(await listed(user)).toEqual({ operations: [over(three, 4)] })
    expect(await promptsOf(user)).toEqual([35, 0])
  })

  it('has Google’s own next page, and is none where nothing of it is the user’s', async () => {
    const user = await givenUser()
    const [one, two] = [await made(user), await made(user)]
    const handle = user.credentials[0]?.handle ?? ''
    const operations = [over({ name: 'batches/of-somebody-else' }, 4)]
    pages = {
      [firstOf(user)]: { operations: [over(one, 4)], nextPageToken: 'further' },
      [placeOf(handle, 'further')]: { operations, nextPageToken: 'last' },
      [placeOf(handle, 'last')]: { operations: [two] },
    }
    const first = await listed(user)
    expect(first.operations?.map(({ name }) => name)).toEqual([one.name])
    expect(await listed(user, first.nextPageToken)).toEqual({ operations: [two] })
    expect(asked).toEqual(['', 'further', 'last'].map((token) => placeOf(handle, token)))
  })

  it('that follows is told without being passed', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const one = await made(user)
    await turn(user)
    const other = await made(user)
    pages = {
      [firstOf(user)]: { operations: [one] },
      [firstOf(user, 1)]: { operations: [over(other, 4)] },
    }
    const first = await listed(user)
    expect(first.operations).toEqual([one])
    expect(await promptsOf(user)).toEqual([0, 0])
    expect(await listed(user, first.nextPageToken)).toEqual({ operations: [over(other, 4)] })
    expect(await promptsOf(user)).toEqual([0, 28])
  })

  it.each([
    ['within a batch', 'x'.repeat(34_000_000)],
    ['between two', `x"},{"name":"batches/b","metadata":"${'x'.repeat(34_000_000)}"},`],
  ])('does not pass for whole where Google breaks off %s', async (_, text) => {
    const user = await givenUser()
    const { name } = await made(user)
    pages = { [firstOf(user)]: `{"operations":[{"name":"${name}","metadata":"${text}` }
    const answer = await ask(user, 'GET', '/v1beta/batches')
    const told = await answer.text().catch(() => 'broken off')
    expect([200, 500]).toContain(answer.status)
    expect(told).toMatch(/^broken off$|"status":"INTERNAL"/)
  })
})
