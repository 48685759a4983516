/** The control plane under `/__emulator/`: tests script Google here and read what reached it. */
import { readCredential, readFilter, readScript } from './control-input.ts'
import { isObject } from './errors/failure.ts'
import { resetState } from './state/index.ts'
import type { State } from './state/index.ts'

export const CONTROL_PREFIX = '/__emulator/'

type Control = (state: State, request: { url: URL; body: unknown }) => unknown

const CONTROLS: Record<string, Control> = {
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
  'DELETE scripts': (state) => {
    state.scripts.clear()
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
  'POST reset': (state) => {
    resetState(state)
    return {}
  },
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
