/** The control plane under `/__emulator/`. Tests script Google's answers here, and read what reached Google. */
import { readCredential, readFilter, readScript } from './control-input.ts'
import { isObject } from './errors/failure.ts'
import { describeBatch } from './resources/describe-batch.ts'
import { BATCH_STATES } from './state/batches.ts'
import { FILE_STATES, describeFile } from './state/files.ts'
import { resetState } from './state/index.ts'
import type { State } from './state/index.ts'

export const CONTROL_PREFIX = '/__emulator/'

type Control = (state: State, request: { url: URL; body: unknown }) => unknown

export const CONTROLS: Record<string, Control> = {
  'POST credentials': (state, { body }) => {
    const input = readCredential(body)
    return { credential: state.credentials.register(input) }
  },
  'GET credentials': (state) => ({ credentials: state.credentials.list() }),
  'DELETE credentials': (state, { url }) => ({
    removed: state.credentials.remove(url.searchParams.get('credential') ?? ''),
  }),
  'POST scripts': (state, { body }) => ({ id: state.scripts.add(readScript(body)) }),
  'GET scripts': (state) => ({ scripts: state.scripts.list() }),
  'DELETE scripts': (state, { url }) => {
    state.scripts.clear(url.searchParams.get('credential'))
    return {}
  },
  'GET calls': (state, { url }) => ({ calls: state.calls.list(readFilter(url.searchParams)) }),
  'DELETE calls': (state) => {
    state.calls.clear()
    return {}
  },
  'POST tokens/expire': (state, { body }) => ({
    expired: state.tokens.expire(isObject(body) ? String(body['credential']) : ''),
  }),
  'POST release': (state, { body }) => ({ released: state.holds.release(named(body, 'hold')) }),
  'GET holds': (state) => ({ holds: state.holds.list() }),
  'POST files/state': (state, { body }) => {
    const file = found(state.files.shelf.any(named(body, 'name')))
    file.state = oneOf(FILE_STATES, named(body, 'state'))
    file.pollsLeft = Infinity
    return describeFile(file)
  },
  'POST batches/state': (state, { body }) => {
    const batch = found(state.batches.any(named(body, 'name')))
    state.batches.move(batch, oneOf(BATCH_STATES, named(body, 'state')), state.now())
    batch.pollsLeft = Infinity
    return describeBatch(batch)
  },
  'POST expire': (state, { body }) => {
    const name = named(body, 'name')
    const { files, caches, batches, interactions } = state
    const shelves = [files.shelf, caches, batches, interactions]
    found(shelves.map((shelf) => shelf.any(name)).find(Boolean)).expiresAt = 0
    return {}
  },
  'GET settings': ({ settings }) => settings,
  'POST settings': ({ settings }, { body }) => {
    settings.credentials = oneOf(['strict', 'any'], named(body, 'credentials'))
    return settings
  },
  'POST reset': (state) => {
    resetState(state)
    return {}
  },
}

function named(body: unknown, name: string): string {
  const value = isObject(body) ? body[name] : undefined
  if (typeof value !== 'string' || value === '') throw new Error(`lacks ${name}`)
  return value
}

function oneOf<Value extends string>(values: readonly Value[], value: string): Value {
  const known = values.find((each) => each === value)
  if (known === undefined) throw new Error(`${value} is none of ${values.join(', ')}`)
  return known
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('there is nothing of this name')
  return thing
}

export async function control(state: State, request: Request, url: URL): Promise<Response> {
  const name = `${request.method} ${url.pathname.slice(CONTROL_PREFIX.length)}`
  const run = CONTROLS[name]
  if (!run) return Response.json({ error: `no such control: ${name}` }, { status: 404 })
  try {
    const text = await request.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    return Response.json(run(state, { url, body }))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return Response.json({ error: message }, { status: 400 })
  }
}
