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
import type { CredentialPolicy } from './state/settings.ts'
import { codeAssist } from './upstreams/code-assist.ts'
import { geminiApi } from './upstreams/gemini-api.ts'
import { vertex } from './upstreams/vertex.ts'

export interface EmulatorOptions {
  /** the clock; default: the real one */
  now?: () => number
  /** whether credentials must be registered (default) or are taken as they come */
  credentials?: CredentialPolicy
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

const NO_BYTES = new Uint8Array()

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { now = Date.now, credentials = 'strict' } = options
  const state = createState(now, credentials)
  return {
    ...state,
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
  // Registered before the body is read, since a client may leave while it sends the body.
  signal.addEventListener('abort', () => finish({ call, state }, true), { once: true })
  // The bytes of an upload are not decoded: they need not be text, and may be many.
  const isUpload = url.searchParams.has('upload_id') && route.method === 'uploadFile'
  const bytes = isUpload ? new Uint8Array(await request.arrayBuffer()) : NO_BYTES
  const text = isUpload ? '' : await request.text()
  const exchange: Exchange = { state, route, url, headers, signal, call, text, bytes }
  return respond(exchange, await UPSTREAMS[upstream](exchange))
}

function publicPath(url: URL): string {
  const shown = new URL(url)
  for (const secret of ['key', 'upload_id']) {
    if (shown.searchParams.has(secret)) shown.searchParams.set(secret, '…')
  }
  return shown.pathname + shown.search
}

function notFound({ pathname }: URL): Response {
  const text = `The requested URL <code>${encodeURI(pathname)}</code> was not found on this server.`
  const { status, body, headers = {} } = html(404, 'Not Found', text)
  return new Response(body, { status, headers })
}
