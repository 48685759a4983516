import { afterEach, describe, expect, it, vi } from 'vitest'
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import type { PageRequest, ResponseToStore } from '../../src/objects/responses/results.ts'
import { aResponse, responsesOf, said, textsOf, told } from '../support/responses.ts'

const HOUR_MS = 3_600_000
const TTL_MS = 720 * HOUR_MS
const NOT_FOUND = { ok: false, reason: 'response_not_found' }
const ALL: PageRequest = { after: null, limit: 100, order: 'asc' }
const ALONE = { previous: null, conversation: null, references: [] }

const aUser = (): string => `user-${crypto.randomUUID()}`

async function stored(userId: string, parts?: Partial<ResponseToStore>) {
  const response = aResponse(parts)
  expect(await responsesOf(userId).store(response)).toEqual({ ok: true })
  return response
}

function laterBy(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

function rowsOf(userId: string, table: string): Promise<number> {
  return runInDurableObject(responsesOf(userId), (_, { storage }) =>
    Number(storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n']),
  )
}

function tablesOf(userId: string): Promise<readonly string[]> {
  return runInDurableObject(responsesOf(userId), (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT GLOB '_cf_*'")
      .toArray()
      .map(({ name }) => name),
  )
}

afterEach(() => vi.useRealTimers())

describe('a stored response', () => {
  it('is there as it was sent, also after the loss of memory', async () => {
    const userId = aUser()
    const response = await stored(userId)
    await evictDurableObject(responsesOf(userId))
    expect(await responsesOf(userId).response(response.id)).toEqual({
      ok: true,
      response: {
        body: response.body,
        settings: response.settings,
        output: textsOf(response.output),
      },
    })
    const listed = await responsesOf(userId).input(response.id, ALL)
    expect(listed).toMatchObject({ ok: true, items: response.input.map(({ text }) => ({ text })) })
  })

  it('is stored once, however often that is asked', async () => {
    const userId = aUser()
    const response = await stored(userId)
    await stored(userId, response)
    expect(await rowsOf(userId, 'responses')).toBe(1)
  })

  it('is stored together with others, of which each has its own result', async () => {
    const userId = aUser()
    const [first, second, third] = [aResponse(), aResponse(), aResponse()]
    const lost = aResponse({ previous: 'resp_none' })
    const follower = aResponse({ previous: first.id })
    const all = [first, second, lost, first, follower, third]
    expect(await responsesOf(userId).storeTogether(all)).toEqual([
      { ok: true },
      { ok: true },
      { ok: false, reason: 'response_not_found' },
      { ok: true },
      { ok: true },
      { ok: true },
    ])
    expect(await rowsOf(userId, 'responses')).toBe(4)
    for (const { id, output } of [first, second, follower, third]) {
      const found = await responsesOf(userId).response(id)
      expect(found).toMatchObject({ ok: true, response: { output: textsOf(output) } })
    }
  })

  it.each([2_000_000, 5_300_000])('may hold an item of %i characters', async (length) => {
    const userId = aUser()
    const response = await stored(userId, { input: [said('é'.repeat(length / 2))] })
    const listed = await responsesOf(userId).input(response.id, ALL)
    expect(listed.ok && listed.items[0]?.text === response.input[0]?.text).toBe(true)
  })

  it('too large for what one user may have is refused, and leaves nothing behind', async () => {
    const userId = aUser()
    // Each fits into one message between Worker and object. Together they are more than a quarter of the bound.
    let previous: string | null = null
    for (let turn = 0; turn < 3; turn++) {
      previous = (await stored(userId, { previous, input: [said(`${turn}`.repeat(20_000_000))] }))
        .id
    }
    const before = await rowsOf(userId, 'contents')
    const next = aResponse({ previous, input: [said('x'.repeat(10_000_000))] })
    expect(await responsesOf(userId).store(next)).toEqual({ ok: false, reason: 'too_large' })
    expect(await rowsOf(userId, 'contents')).toBe(before)
    const recalled = await responsesOf(userId).recall({ ...ALONE, previous })
    expect(recalled).toEqual({ ok: false, reason: 'too_large' })
  })

  it('is nothing that another user could find out about', async () => {
    const [userId, other] = [aUser(), aUser()]
    const response = await stored(userId)
    const itemId = response.output[0]?.id ?? ''
    expect(await responsesOf(other).response(response.id)).toEqual(NOT_FOUND)
    expect(await responsesOf(other).input(response.id, ALL)).toEqual(NOT_FOUND)
    expect(await responsesOf(other).recall({ ...ALONE, previous: response.id })).toEqual(NOT_FOUND)
    expect(await responsesOf(other).recall({ ...ALONE, references: [itemId] })).toEqual({
      ok: true,
      items: [],
      referenced: [null],
    })
    expect(await responsesOf(other).remove(response.id)).toBe(false)
    expect(await tablesOf(other)).toEqual([])
    // The same after the other user has stored something too.
    await stored(other)
    expect(await responsesOf(other).response(response.id)).toEqual(NOT_FOUND)
    expect(await responsesOf(other).recall({ ...ALONE, references: [itemId] })).toMatchObject({
      referenced: [null],
    })
  })

  it('is sealed: nothing that was said is in any table, nor can be tried', async () => {
    const userId = aUser()
    await stored(userId, { input: [said('a-secret-prompt')], output: [told('a-secret-answer')] })
    const [dump, digest] = await runInDurableObject(responsesOf(userId), async (_, { storage }) => {
      const tables = ['store', 'contents', 'histories', 'responses']
      const rows = tables.flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray().flatMap(Object.values),
      )
      const utf8 = new TextDecoder()
      const texts = rows.map((value) =>
        value instanceof ArrayBuffer ? utf8.decode(value) : String(value),
      )
      const plain = new TextEncoder().encode(said('a-secret-prompt').text)
      const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', plain)).toHex()
      return [texts.join('\n'), sha256] as const
    })
    expect(dump).not.toContain('a-secret')
    expect(dump).not.toContain(digest.slice(0, 16))
  })

  it('does not open in the tables of another user', async () => {
    const [userId, thief] = [aUser(), aUser()]
    const response = await stored(userId)
    await stored(thief)
    const [row] = await runInDurableObject(responsesOf(userId), (_, { storage }) =>
      storage.sql.exec('SELECT sealed_key FROM store').toArray(),
    )
    await runInDurableObject(responsesOf(thief), (_, { storage }) => {
      storage.sql.exec('UPDATE store SET sealed_key = ?', row?.['sealed_key'] ?? null)
    })
    await evictDurableObject(responsesOf(thief))
    expect(await responsesOf(thief).response(response.id)).toEqual({
      ok: false,
      reason: 'unreadable',
    })
  })

  it('that was changed on disk is said to be unreadable', async () => {
    const userId = aUser()
    const response = await stored(userId)
    await runInDurableObject(responsesOf(userId), (_, { storage }) => {
      storage.sql.exec('UPDATE contents SET sealed = zeroblob(40)')
    })
    const unreadable = { ok: false, reason: 'unreadable' }
    expect(await responsesOf(userId).response(response.id)).toEqual(unreadable)
    expect(await responsesOf(userId).recall({ ...ALONE, previous: response.id })).toEqual(
      unreadable,
    )
    expect(await responsesOf(userId).input(response.id, ALL)).toEqual(unreadable)
  })

  it('opens under a new VAULT_KEY once its key was sealed anew', async () => {
    const userId = aUser()
    const response = await stored(userId)
    expect(await responsesOf(userId).reseal()).toBe('current')
    const reseal = (): Promise<unknown> => responsesOf(userId).reseal()
    await runInDurableObject(responsesOf(userId), (_, { storage }) => {
      storage.sql.exec("UPDATE store SET sealed_key = replace(sealed_key, 'v1.', 'v1.0')")
    })
    expect(await reseal()).toBe('unreadable')
    // The unsealed key is still in memory.
    expect(await responsesOf(userId).response(response.id)).toMatchObject({ ok: true })
  })

  it('is gone with its last holder: deleted, it takes along what nobody else holds', async () => {
    const userId = aUser()
    const first = await stored(userId)
    const next = await stored(userId, { previous: first.id, input: [said('And?')] })
    expect(await responsesOf(userId).remove(first.id)).toBe(true)
    expect(await responsesOf(userId).remove(first.id)).toBe(false)
    expect(await responsesOf(userId).response(first.id)).toEqual(NOT_FOUND)
    // The first response's items stay as long as the next response, which was told them.
    const recalled = await responsesOf(userId).recall({ ...ALONE, previous: next.id })
    expect(recalled).toMatchObject({
      items: textsOf([...first.input, ...first.output, ...next.input, ...next.output]),
    })
    expect(await responsesOf(userId).remove(next.id)).toBe(true)
    for (const table of ['contents', 'histories', 'responses']) {
      expect(await rowsOf(userId, table)).toBe(0)
    }
  })

  it('is hidden as soon as it expires, and taken out by the alarm, with the key', async () => {
    const userId = aUser()
    const response = await stored(userId)
    laterBy(TTL_MS - 1000)
    expect(await responsesOf(userId).response(response.id)).toMatchObject({ ok: true })
    laterBy(2000)
    expect(await responsesOf(userId).response(response.id)).toEqual(NOT_FOUND)
    expect(await responsesOf(userId).recall({ ...ALONE, previous: response.id })).toEqual(NOT_FOUND)
    expect(await responsesOf(userId).remove(response.id)).toBe(false)
    const references = [response.output[0]?.id ?? '']
    expect(await responsesOf(userId).recall({ ...ALONE, references })).toMatchObject({
      referenced: [null],
    })
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(true)
    expect(await tablesOf(userId)).toEqual([])
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(false)
    // A new store can be created.
    await stored(userId)
  })

  it('outlives an older one, and an alarm that comes for that', async () => {
    const userId = aUser()
    const old = await stored(userId)
    laterBy(TTL_MS / 2)
    const young = await stored(userId, { previous: old.id })
    laterBy(TTL_MS / 2 + 1000)
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(true)
    expect(await rowsOf(userId, 'responses')).toBe(1)
    const recalled = await responsesOf(userId).recall({ ...ALONE, previous: young.id })
    expect(recalled.ok && recalled.items).toHaveLength(4)
    laterBy(TTL_MS / 2)
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(true)
    expect(await tablesOf(userId)).toEqual([])
  })

  it('that follows one of another user, or one that is gone, is not stored', async () => {
    const userId = aUser()
    const other = await stored(aUser())
    const next = aResponse({ previous: other.id })
    expect(await responsesOf(userId).store(next)).toEqual(NOT_FOUND)
  })

  it('is deleted with its user, for good, also while one is under way', async () => {
    const userId = aUser()
    const response = await stored(userId)
    const { id: conversation } = await conversationOf(userId)
    const under = responsesOf(userId).store(aResponse())
    await responsesOf(userId).clear()
    await under
    expect(await tablesOf(userId)).toEqual([])
    expect(await responsesOf(userId).response(response.id)).toEqual(NOT_FOUND)
    await evictDurableObject(responsesOf(userId))
    const deleted = { ok: false, reason: 'user_deleted' }
    expect(await responsesOf(userId).store(aResponse())).toEqual(deleted)
    expect(await responsesOf(userId).createConversation(conversation, '{}', [])).toEqual(deleted)
    expect(await tablesOf(userId)).toEqual([])
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(false)
  })
})

async function conversationOf(userId: string, items = [told('Hello')]) {
  const id = `conv_${crypto.randomUUID()}`
  const made = await responsesOf(userId).createConversation(id, '{"topic":"demo"}', items)
  expect(made).toMatchObject({ ok: true, conversation: { id, metadata: '{"topic":"demo"}' } })
  return { id, items }
}

describe('items', () => {
  it('are found by their ids, or by those that a list shows', async () => {
    const userId = aUser()
    const response = await stored(userId)
    const listed = await responsesOf(userId).input(response.id, ALL)
    const [shown] = listed.ok ? listed.items : []
    const references = [
      response.output[0]?.id ?? '',
      shown?.id ?? '',
      'msg_unknown',
      'f'.repeat(32),
    ]
    expect(shown).toMatchObject({ isDerived: true })
    expect(await responsesOf(userId).recall({ ...ALONE, references })).toEqual({
      ok: true,
      items: [],
      referenced: [response.output[0]?.text, response.input[0]?.text, null, null],
    })
  })

  it('are ours where a client gave another the same id', async () => {
    const userId = aUser()
    const response = await stored(userId)
    const id = response.output[0]?.id ?? ''
    await stored(userId, { input: [told('Something else', id)] })
    const recalled = await responsesOf(userId).recall({ ...ALONE, references: [id] })
    expect(recalled).toMatchObject({ referenced: [response.output[0]?.text] })
  })

  it.each(['asc', 'desc'] as const)('are listed in pages, %s, equal ones too', async (order) => {
    const userId = aUser()
    const input = ['a', 'b', 'a', 'c', 'a'].map(said)
    const twice = told('twice')
    const response = await stored(userId, { input: [...input, twice, twice] })
    const texts: string[] = []
    const ids: string[] = []
    let after: string | null = null
    for (let page = 0; page < 10; page++) {
      const listed = await responsesOf(userId).input(response.id, { after, limit: 2, order })
      if (!listed.ok) throw new Error(listed.reason)
      texts.push(...listed.items.map(({ text }) => text))
      ids.push(...listed.items.map(({ id }) => id))
      after = listed.items.at(-1)?.id ?? null
      if (!listed.hasMore) break
    }
    const all = textsOf([...input, twice, twice])
    expect(texts).toEqual(order === 'asc' ? all : all.toReversed())
    expect(new Set(ids).size).toBe(7)
    const beyond = { after: 'msg_unknown', limit: 2, order }
    expect(await responsesOf(userId).input(response.id, beyond)).toEqual({
      ok: false,
      reason: 'item_not_found',
    })
  })
})

describe('a conversation', () => {
  it('is listed in shorter pages where its items are large', async () => {
    const userId = aUser()
    const items = ['a', 'b', 'c'].map((letter) => told(letter.repeat(6_000_000)))
    const { id } = await conversationOf(userId, items)
    const first = await responsesOf(userId).items(id, ALL)
    expect(first).toMatchObject({ items: [{ id: items[0]?.id }], hasMore: true })
    const rest = await responsesOf(userId).items(id, { ...ALL, after: items[1]?.id ?? '' })
    expect(rest).toMatchObject({ items: [{ id: items[2]?.id }], hasMore: false })
  })

  it('grows by what is added, and by the responses that are made in it', async () => {
    const userId = aUser()
    const { id, items } = await conversationOf(userId)
    const [added, asked] = [told('More'), told('So?')]
    expect(await responsesOf(userId).addItems(id, [added])).toMatchObject({ ok: true })
    const recalled = await responsesOf(userId).recall({ ...ALONE, conversation: id })
    expect(recalled).toMatchObject({ items: textsOf([...items, added]) })
    const response = await stored(userId, { conversation: id, input: [asked] })
    const all = [...items, added, asked, ...response.output]
    expect(await responsesOf(userId).items(id, ALL)).toEqual({
      ok: true,
      items: all.map((item) => ({ ...item, isDerived: false })),
      hasMore: false,
    })
    const before = await responsesOf(userId).input(response.id, ALL)
    expect(before.ok && textsOf(before.items)).toEqual(textsOf([...items, added, asked]))
  })

  it('grows once by what is told twice, and also by a response that is not stored', async () => {
    const userId = aUser()
    const { id } = await conversationOf(userId)
    const response = { ...aResponse({ conversation: id, input: [told('So?')] }), id: null }
    await responsesOf(userId).store(response)
    await responsesOf(userId).store(response)
    const listed = await responsesOf(userId).items(id, ALL)
    expect(listed.ok && listed.items).toHaveLength(3)
    expect(await rowsOf(userId, 'responses')).toBe(0)
  })

  it('keeps what is said under an id that another item of it has, and doubles nothing that comes back', async () => {
    const userId = aUser()
    const { id } = await conversationOf(userId, [])
    const named = (text: string) => told(text, 'msg_fake')
    const first = await stored(userId, { conversation: id, input: [named('one'), named('two')] })
    const echoed = [named('one'), ...first.output]
    const response = {
      ...aResponse({ conversation: id, input: [...echoed, named('three')] }),
      id: null,
    }
    await responsesOf(userId).store(response)
    await responsesOf(userId).store(response)
    const listed = await responsesOf(userId).items(id, ALL)
    if (!listed.ok) throw new Error(listed.reason)
    const all = [named('one'), named('two'), ...first.output, named('three'), ...response.output]
    expect(textsOf(listed.items)).toEqual(textsOf(all))
    const ids = listed.items.map((item) => item.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[0]).toBe('msg_fake')
    expect(ids[1]).toMatch(/^msg_[0-9a-f]{32}$/)
  })

  it('doubles no item that comes back in other words, as SDKs write them that drop fields', async () => {
    const userId = aUser()
    const { id } = await conversationOf(userId, [])
    const given = `msg_${'a1'.repeat(16)}`
    const [whole, dropped] = [told('Hi, whole', `${given}x0`), told('Hi', `${given}x0`)]
    const bye = told('Bye')
    await stored(userId, { conversation: id, input: [], output: [whole] })
    await stored(userId, { conversation: id, input: [dropped, bye], output: [] })
    const listed = await responsesOf(userId).items(id, ALL)
    if (!listed.ok) throw new Error(listed.reason)
    expect(textsOf(listed.items)).toEqual(textsOf([whole, bye]))
  })

  it('has metadata that can be changed, and items that can be read and taken out', async () => {
    const userId = aUser()
    const { id, items } = await conversationOf(userId, [told('one'), told('two')])
    const [one, two] = items
    const changed = await responsesOf(userId).updateConversation(id, '{}')
    expect(changed).toMatchObject({ conversation: { metadata: '{}' } })
    expect(await responsesOf(userId).conversation(id)).toEqual(changed)
    expect(await responsesOf(userId).item(id, one?.id ?? '')).toMatchObject({
      items: [{ text: one?.text }],
    })
    expect(await responsesOf(userId).removeItem(id, one?.id ?? '')).toBe(true)
    expect(await responsesOf(userId).removeItem(id, one?.id ?? '')).toBe(false)
    expect(await responsesOf(userId).item(id, one?.id ?? '')).toEqual({
      ok: false,
      reason: 'item_not_found',
    })
    const listed = await responsesOf(userId).items(id, ALL)
    expect(listed.ok && textsOf(listed.items)).toEqual([two?.text])
  })

  it('is deleted with its items, and unknown to others', async () => {
    const userId = aUser()
    const { id, items } = await conversationOf(userId)
    const missing = { ok: false, reason: 'conversation_not_found' }
    const other = responsesOf(aUser())
    expect(await other.conversation(id)).toEqual(missing)
    expect(await other.items(id, ALL)).toEqual(missing)
    expect(await other.removeConversation(id)).toBe(false)
    expect(await responsesOf(userId).removeConversation(id)).toBe(true)
    expect(await responsesOf(userId).removeConversation(id)).toBe(false)
    for (const answer of [
      await responsesOf(userId).conversation(id),
      await responsesOf(userId).items(id, ALL),
      await responsesOf(userId).item(id, items[0]?.id ?? ''),
      await responsesOf(userId).addItems(id, items),
      await responsesOf(userId).updateConversation(id, '{}'),
      await responsesOf(userId).recall({ ...ALONE, conversation: id }),
      await responsesOf(userId).store(aResponse({ conversation: id })),
    ]) {
      expect(answer).toEqual(missing)
    }
    expect(await rowsOf(userId, 'contents')).toBe(0)
  })

  it('lives as long again with each use', async () => {
    const userId = aUser()
    const { id } = await conversationOf(userId)
    laterBy(TTL_MS - 1000)
    await responsesOf(userId).addItems(id, [told('still here')])
    laterBy(TTL_MS - 1000)
    expect(await responsesOf(userId).conversation(id)).toMatchObject({ ok: true })
    laterBy(2000)
    expect(await responsesOf(userId).conversation(id)).toMatchObject({ ok: false })
    expect(await runDurableObjectAlarm(responsesOf(userId))).toBe(true)
    expect(await tablesOf(userId)).toEqual([])
  })
})
