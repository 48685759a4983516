/** Google on loopback: OAuth, Code Assist, Vertex AI and the Gemini API behind one fetch handler. */
import { CONTROL_PREFIX, control } from './control.ts'
import { html } from './errors/server-presets.ts'
import type { Exchange, Outcome } from './exchange.ts'
import { token } from './oauth/token.ts'
import type { Upstream } from './protocol.ts'
import { finish, respond } from './respond.ts'
import { findRoute } from './routes.ts'
import { recordHeaders } from './state/calls.ts'
import { createState, resetState } from './state/index.ts'
import type { State } from './state/index.ts'
import { codeAssist } from './upstreams/code-assist.ts'
import { geminiApi } from './upstreams/gemini-api.ts'
import { vertex } from './upstreams/vertex.ts'

export interface EmulatorOptions {
  /** the clock; default: the real one */
  now?: () => number
}

export interface Emulator extends Omit<State, 'now'> {
  fetch(request: Request): Promise<Response>
  reset(): void
}

const UPSTREAMS: Record<Upstream, (exchange: Exchange) => Outcome | Promise<Outcome>> = {
  oauth: token,
  'code-assist': codeAssist,
  vertex,
  'gemini-api': geminiApi,
}

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const state = createState(options.now ?? Date.now)
  const { credentials, tokens, scripts, calls, signatures, onboarding } = state
  return {
    credentials,
    tokens,
    scripts,
    calls,
    signatures,
    onboarding,
    fetch: (request) => handle(state, request),
    reset: () => resetState(state),
  }
}

async function handle(state: State, request: Request): Promise<Response> {
  const url = new URL(request.url)
  if (url.pathname.startsWith(CONTROL_PREFIX)) return control(state, request, url)
  const route = findRoute(request.method, url.pathname)
  if (!route) return notFound(url)
  const { signal, headers } = request
  const { upstream, method, model, project, location } = route
  const call = state.calls.open(
    {
      upstream,
      method,
      path: publicPath(url),
      headers: recordHeaders(headers),
      ...(model ? { model } : {}),
      ...(project ? { project } : {}),
      ...(location ? { location } : {}),
    },
    state.now(),
  )
  // Before the body is read: a client may leave in the middle of it.
  signal.addEventListener('abort', () => finish({ call, state }, true), { once: true })
  const text = await request.text()
  const exchange: Exchange = { state, route, url, headers, signal, call, text }
  return respond(exchange, await UPSTREAMS[upstream](exchange))
}

function publicPath(url: URL): string {
  const shown = new URL(url)
  if (shown.searchParams.has('key')) shown.searchParams.set('key', '…')
  return shown.pathname + shown.search
}

function notFound({ pathname }: URL): Response {
  const text = `The requested URL <code>${encodeURI(pathname)}</code> was not found on this server.`
  const { status, body, headers = {} } = html(404, 'Not Found', text)
  return new Response(body, { status, headers })
}
