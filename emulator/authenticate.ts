/** Finds out who calls, by bearer token or API key (docs/google.md: Errors by status). */
import { admitApiKey } from './admit.ts'
import type { PresetName } from './errors/presets.ts'
import { presetFailure } from './exchange.ts'
import type { Exchange, Step } from './exchange.ts'
import type { ApiKeyInput } from './protocol.ts'
import { handleOf } from './state/credentials.ts'
import type { OAuthCredential } from './state/credentials.ts'

export function bearerCredential(exchange: Exchange): Step<OAuthCredential> {
  const { state, headers, call } = exchange
  const token = bearerToken(headers)
  if (token === undefined) {
    return no(exchange, apiKeyOf(exchange) === undefined ? '401_missing' : '401_api_key')
  }
  const found = state.tokens.look(token, state.now())
  if (found.state === 'unknown') return no(exchange, '401_unknown_token')
  call.credential = found.credential
  if (found.state === 'expired') return no(exchange, '401')
  const credential = state.credentials.get(found.credential)
  if (!credential || credential.type === 'api_key') return no(exchange, '401_unknown_token')
  return { ok: true, value: credential }
}

export function apiKeyCredential(exchange: Exchange): Step<ApiKeyInput> {
  const { state, headers, call } = exchange
  const key = apiKeyOf(exchange)
  if (key === undefined) {
    if (bearerToken(headers) === undefined) return no(exchange, '403_unregistered')
    const bearer = bearerCredential(exchange)
    // The Gemini API wants a scope of its own, which none of these credentials has.
    return bearer.ok ? no(exchange, '403_scope') : bearer
  }
  const found = state.credentials.apiKey(key) ?? admitApiKey(state, key)
  if (!found) return no(exchange, 'api_key_invalid')
  call.credential = handleOf(found)
  if (found.project !== undefined) call.project = found.project
  return { ok: true, value: found }
}

function no(exchange: Exchange, name: PresetName): Step<never> {
  return { ok: false, failure: presetFailure(exchange, name) }
}

function bearerToken(headers: Headers): string | undefined {
  return /^Bearer (?<token>\S+)$/i.exec(headers.get('authorization') ?? '')?.groups?.['token']
}

function apiKeyOf({ headers, url }: Exchange): string | undefined {
  return headers.get('x-goog-api-key') ?? url.searchParams.get('key') ?? undefined
}
