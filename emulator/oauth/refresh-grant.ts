/** The refresh-token grant (docs/google.md: Access tokens). */
import { admitUser } from '../admit.ts'
import type { Failure } from '../errors/failure.ts'
import { OAUTH_PRESETS, oauthFailure } from '../errors/oauth-presets.ts'
import type { Exchange, Step } from '../exchange.ts'
import { handleOf } from '../state/credentials.ts'
import type { OAuthCredential } from '../state/credentials.ts'

export function refreshGrant(
  exchange: Exchange,
  form: URLSearchParams,
): Promise<Step<OAuthCredential>> {
  return Promise.resolve(check(exchange, form))
}

function check({ state, call }: Exchange, form: URLSearchParams): Step<OAuthCredential> {
  const refreshToken = form.get('refresh_token')
  if (!refreshToken) return no(OAUTH_PRESETS.missing_refresh_token())
  const clientId = form.get('client_id')
  if (!clientId) {
    return no(oauthFailure(400, 'invalid_request', 'Could not determine client ID from request.'))
  }
  const user = state.credentials.get(refreshToken) ?? admitUser(state, form)
  if (user?.type === 'authorized_user') call.credential = handleOf(user)
  if (!state.credentials.clients().has(clientId)) return no(OAUTH_PRESETS.invalid_client())
  if (user?.type !== 'authorized_user') return no(OAUTH_PRESETS.invalid_grant_bad_request())
  if (user.client_id !== clientId) return no(OAUTH_PRESETS.unauthorized_client())
  if (user.client_secret !== form.get('client_secret')) {
    return no(OAUTH_PRESETS.invalid_client_secret())
  }
  return { ok: true, value: user }
}

function no(failure: Failure): Step<never> {
  return { ok: false, failure }
}
