import type { Settings } from '../settings.ts'
import { wellFormedJson } from '../json/well-formed.ts'
import { codeAssist } from './code-assist.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { Access } from './credential.ts'
import type { Ask, Front } from './front.ts'
import { geminiApi } from './gemini-api.ts'
import { uploadOf } from './call-body.ts'
import { vertex } from './vertex.ts'

export const FRONTS: Readonly<Record<Upstream, Front>> = {
  'code-assist': codeAssist,
  vertex,
  'gemini-api': geminiApi,
}

export interface UpstreamCall {
  readonly access: Access
  readonly model: string
  readonly ask: Ask
}

/** Calls Google once. Rejects as `fetch` does: at a network failure, or when `signal` aborts. */
export function callUpstream(
  call: UpstreamCall,
  settings: Settings,
  signal: AbortSignal,
): Promise<Response> {
  const { access, model, ask } = call
  const front = FRONTS[access.upstream]
  return fetch(front.url(access, model, ask.method, settings), {
    method: 'POST',
    headers: keptHeadersOf(access),
    body: uploadOf(wellFormedJson(front.body(access, model, ask.json, ask.method)), ask.cuttings),
    // A redirect would carry the credential to wherever it points.
    redirect: 'manual',
    signal,
  })
}

/** Headers of every call. The runtime copies a Headers object faster than it converts a record. */
const COMMON = new Headers({ 'content-type': 'application/json', 'user-agent': 'pollux' })

/** The headers of the last credentials' calls. A call copies them, which is cheaper than making them. */
const kept = new Map<string, Headers>()
const MAX_KEPT = 100

function keptHeadersOf(access: Access): Headers {
  const { auth, quotaProject } = access
  const name = `${auth.scheme} ${auth.value} ${quotaProject}`
  const known = kept.get(name)
  if (known !== undefined) return known
  if (kept.size >= MAX_KEPT) kept.clear()
  const headers = headersOf(access)
  kept.set(name, headers)
  return headers
}

/** The credential's own headers and Pollux's name. Nothing of the client's headers is passed on. */
export function headersOf({ auth, quotaProject }: Access): Headers {
  const headers = new Headers(COMMON)
  if (auth.scheme === 'bearer') headers.set('authorization', `Bearer ${auth.value}`)
  else headers.set('x-goog-api-key', auth.value)
  if (quotaProject !== null) headers.set('x-goog-user-project', quotaProject)
  return headers
}
