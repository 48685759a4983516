/** Interactions whose credential is not where the ring stands, and their streams that end before they are over. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  admin,
  configure,
  givenUser,
  google,
  MODEL,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { native, type NativeResponse } from '../support/native.ts'
import { ask, turn } from '../support/things.ts'
import { watched } from '../../src/routes/service/things/watched.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'

const BODY = { model: MODEL, input: 'Hello to you' }

afterEach(() => {
  vi.restoreAllMocks()
})

function handleOf(user: User, index = 0): string {
  return user.credentials[index]?.handle ?? ''
}

/** An interaction of the first credential that goes on for as long as nobody cancels it. */
async function underWay(user: User): Promise<string> {
  await google.script({
    credential: handleOf(user),
    method: 'createInteraction',
    reply: { polls: 99 },
  })
  const made = await ask(user, 'POST', '/v1/interactions', { ...BODY, background: true })
  const { id, status } = await made.json<{ id: string; status: string }>()
  expect(status).toBe('in_progress')
  await settledStats(user)
  await turn(user)
  return id
}

/** The methods about interactions that this credential was asked. */
async function askedOf(user: User, index: number): Promise<readonly string[]> {
  const calls = await google.calls({ credential: handleOf(user, index) })
  return calls.map(({ method }) => method).filter((method) => method.endsWith('Interaction'))
}

describe('an interaction under way', () => {
  it('is cancelled by the credential that made it, once', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const id = await underWay(user)
    const path = `/v1beta/interactions/${id}`
    const cancelled = await ask(user, 'POST', `${path}/cancel`)
    expect(cancelled.status).toBe(200)
    expect(cancelled.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    expect(await cancelled.json()).toMatchObject({ id, status: 'cancelled' })
    expect(await (await ask(user, 'GET', path)).json()).toMatchObject({ status: 'cancelled' })
    const again = await ask(user, 'POST', `${path}/cancel`)
    expect(again.status).toBe(400)
    expect(await again.json()).toMatchObject({ error: { status: 'FAILED_PRECONDITION' } })
    expect(await askedOf(user, 1)).toEqual([])
    const { ledger } = await settledStats(user)
    expect(ledger).toMatchObject({ granted: 1, open: 0, holds: true })
  })

  it('is cancelled and deleted where its credential is out of quota, and goes on when that is back', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const id = await underWay(user)
    await turn(user)
    const reply = { error: 'gemini_429_minute' } as const
    await google.script({ credential: handleOf(user), model: MODEL, reply })
    await (await native(user.key)).text()
    const next = { ...BODY, previous_interaction_id: id }
    const refused = await ask(user, 'POST', '/v1/interactions', next)
    expect(refused.status).toBe(429)
    const { error } = await refused.json<NativeResponse>()
    expect(error?.message).toContain('previous_interaction_id')
    expect(JSON.stringify(error)).toContain('google.rpc.RetryInfo')
    expect(JSON.stringify(error)).not.toContain('PerDay')
    const cancelled = await ask(user, 'POST', `/v1/interactions/${id}/cancel`)
    expect(await cancelled.json()).toMatchObject({ status: 'cancelled' })
    expect((await ask(user, 'DELETE', `/v1/interactions/${id}`)).status).toBe(200)
    expect(await askedOf(user, 1)).toEqual([])
    await settledStats(user)
  })

  it('is nobody’s any more where its credential is removed', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const id = await underWay(user)
    await admin('DELETE', `users/${user.userId}/credentials/${user.credentials[0]?.id}`)
    for (const [method, path] of [
      ['GET', id],
      ['POST', `${id}/cancel`],
      ['DELETE', id],
    ] as const) {
      const answer = await ask(user, method, `/v1beta/interactions/${path}`)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ error: { status: 'NOT_FOUND' } })
    }
  })

  it('is not cancelled where Google refuses its credential, and no other is asked', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const id = await underWay(user)
    await google.removeCredential(handleOf(user))
    await turn(user)
    await (await native(user.key)).text()
    await settledStats(user)
    const answer = await ask(user, 'POST', `/v1beta/interactions/${id}/cancel`)
    expect(answer.status).toBe(403)
    const { error } = await answer.json<NativeResponse>()
    expect(error?.message).toContain('the credential that knows')
    expect(await askedOf(user, 1)).toEqual([])
  })

  it('is not cancelled while the ring is pinned to another credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const id = await underWay(user)
    const credential = user.credentials[1]?.id
    const until = '2099-01-01T00:00:00Z'
    expect((await admin('POST', `users/${user.userId}/pin`, { credential, until })).status).toBe(
      200,
    )
    const answer = await ask(user, 'POST', `/v1beta/interactions/${id}/cancel`)
    expect(answer.status).toBe(503)
    expect(await askedOf(user, 1)).toEqual([])
  })

  it('is not cancelled for a disabled user', async () => {
    const user = await givenUser()
    const id = await underWay(user)
    await configure(user, { disabled: true })
    const answer = await ask(user, 'POST', `/v1beta/interactions/${id}/cancel`)
    expect(answer.status).toBe(403)
    expect(await askedOf(user, 0)).toEqual(['createInteraction'])
  })
})

interface Event {
  readonly event_type: string
  readonly error?: { readonly code: unknown; readonly message: string }
}

/** Checks that each event is whole. */
function eventsOf(stream: string): readonly Event[] {
  expect(stream.endsWith('\n\n')).toBe(true)
  return stream
    .split('\n\n')
    .flatMap((event) => /^data: (\{.*\})$/m.exec(event)?.[1] ?? [])
    .map((json) => JSON.parse(json) as Event)
}

describe('an interaction’s stream', () => {
  it.each([
    ['that Google breaks off', { breakOffAfter: 4 }, 'UNAVAILABLE', 'upstream_fault'],
    ['that falls silent', { hangAfter: 4 }, 'DEADLINE_EXCEEDED', 'upstream_fault'],
    [
      'in which Google reports an error',
      { errorAfter: { events: 4, error: '503_overloaded' } },
      'UNAVAILABLE',
      'upstream_fault',
    ],
  ] as const)('%s ends in an error event', async (_, reply, code, outcome) => {
    const user = await givenUser()
    await google.script({ credential: handleOf(user), method: 'createInteraction', reply })
    const answer = await ask(user, 'POST', '/v1beta/interactions', { ...BODY, stream: true })
    const events = eventsOf(await answer.text())
    expect(events.map(({ event_type }) => event_type)).toEqual([
      'interaction.created',
      'interaction.status_update',
      'step.start',
      'step.delta',
      'error',
    ])
    // The SDK's types say that this code is a text.
    expect(events.at(-1)?.error).toEqual({ code, message: expect.any(String) })
    const { ring, ledger } = await settledStats(user)
    expect(ring.credentials[0]?.attempts[outcome]).toBe(1)
    expect(ledger).toMatchObject({ granted: 1, open: 0, holds: true })
  })

  it('that broke off goes on after the last event that came', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const reply = { breakOffAfter: 4 }
    await google.script({ credential: handleOf(user), method: 'createInteraction', reply })
    const answer = await ask(user, 'POST', '/v1beta/interactions', { ...BODY, stream: true })
    const text = await answer.text()
    const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
    const last = [...text.matchAll(/"event_id":"([^"]+)"/g)].at(-1)?.[1] ?? ''
    await turn(user)
    const path = `/v1beta/interactions/${id}?stream=true&last_event_id=${last}`
    await google.script({
      credential: handleOf(user),
      method: 'getInteraction',
      reply: { breakOffAfter: 1 },
    })
    const cut = await ask(user, 'GET', path)
    expect(cut.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    expect(eventsOf(await cut.text()).map(({ event_type }) => event_type)).toEqual([
      'step.delta',
      'error',
    ])
    const rest = eventsOf(await (await ask(user, 'GET', path)).text())
    expect(rest.map(({ event_type }) => event_type)).toEqual([
      'step.delta',
      'step.delta',
      'step.delta',
      'step.delta',
      'step.stop',
      'interaction.completed',
    ])
    await settledStats(user)
  })

  const CREATED = '{"event_type":"interaction.created","interaction":{"id":"i1"}}'
  const DONE = '{"event_type":"interaction.completed","interaction":{"id":"i1"}}'

  it.each<[string, string, readonly string[]]>([
    ['a whole event', `data: ${CREATED}\n\n`, ['interaction.created', 'error']],
    ['half an event', `data: ${CREATED}\n\ndata: {"event_ty`, ['interaction.created', 'error']],
    ['nothing', '', ['error']],
    [
      'an event that is not closed',
      `data: ${CREATED}\n\ndata: ${DONE}`,
      ['interaction.created', 'interaction.completed'],
    ],
    [
      'its end',
      `data: ${CREATED}\r\n\r\ndata: ${DONE}\r\n\r\n`,
      ['interaction.created', 'interaction.completed'],
    ],
    ['the last word', `data: ${CREATED}\n\nevent: done\ndata: [DONE]\n\n`, ['interaction.created']],
    [
      'a state that lasts',
      'data: {"event_type":"interaction.status_update","status":"cancelled"}\n\n',
      ['interaction.status_update'],
    ],
  ])(
    'is over, or told as broken, by what came last, whatever the splits: %s',
    async (_, text, types) => {
      const user = await givenUser()
      const real = globalThis.fetch
      let size = 0
      vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : String(input))
        if (url.pathname !== '/v1beta/interactions') return real(input, init)
        const bytes = new TextEncoder().encode(text)
        let at = 0
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (at >= bytes.length) return controller.close()
            controller.enqueue(bytes.slice(at, at + size))
            at += size
          },
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      })
      for (size of [1, 3, 1000]) {
        const answer = await ask(user, 'POST', '/v1/interactions', { ...BODY, stream: true })
        const told = (await answer.text()).replaceAll('\r\n', '\n')
        expect(eventsOf(told).map(({ event_type }) => event_type)).toEqual(types)
      }
      vi.restoreAllMocks()
      expect((await settledStats(user)).ledger).toMatchObject({ granted: 3, open: 0, holds: true })
    },
  )

  it.each(['\n\n', '\r\n\r\n'])(
    'tells an event as soon as it is whole, ended by %j',
    async (end) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const { signal } = new AbortController()
      const reader = watched(readable, { idleMs: 5000, signal }).getReader()
      const writer = writable.getWriter()
      const event = `data: ${CREATED}${end}`
      const next = reader.read()
      for (const byte of new TextEncoder().encode(event)) await writer.write(Uint8Array.of(byte))
      expect(new TextDecoder().decode((await next).value)).toBe(event)
      await reader.cancel()
    },
  )

  it('is over where its owner cannot be stored, and tells the client no id', async () => {
    const ended: Verdict[] = []
    const created = (): Promise<void> => Promise.reject(new Error('no object'))
    const events = watched(new Response(`data: ${CREATED}\n\n`).body, {
      idleMs: 5000,
      signal: new AbortController().signal,
      created,
      over: (verdict) => ended.push(verdict),
    })
    await expect(new Response(events).text()).rejects.toThrow('no object')
    expect(ended).toEqual([{ kind: 'upstream_fault', reason: 'internal' }])
  })

  it('without a body ends in an error event', async () => {
    const { signal } = new AbortController()
    const events = await new Response(watched(null, { idleMs: 5000, signal })).text()
    expect(eventsOf(events).map(({ event_type }) => event_type)).toEqual(['error'])
  })

  it('is not Google’s fault where its client leaves', async () => {
    const user = await givenUser()
    const reply = { hangAfter: 3 }
    await google.script({ credential: handleOf(user), method: 'createInteraction', reply })
    const answer = await ask(user, 'POST', '/v1beta/interactions', { ...BODY, stream: true })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const { ring } = await settledStats(user)
    expect(ring.credentials[0]?.attempts).toMatchObject({ cancelled: 1, upstream_fault: 0 })
  })
})
