/** `POST /token`: both grants (docs/google.md: Access tokens). */
import { OAUTH_PRESETS, oauthFailure } from '../errors/oauth-presets.ts'
import { resolveError } from '../errors/resolve.ts'
import { presetContext, refuse, takeReply } from '../exchange.ts'
import type { Exchange, Outcome, Step } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import type { Reply } from '../protocol.ts'
import { randomId } from '../random.ts'
import { handleOf } from '../state/credentials.ts'
import type { OAuthCredential } from '../state/credentials.ts'
import { jwtGrant } from './jwt-grant.ts'
import { refreshGrant } from './refresh-grant.ts'

const LIFETIME_SECONDS = 3_599
const FORM = 'application/x-www-form-urlencoded'
const USER_SCOPES =
  'https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email openid'

type Grant = (exchange: Exchange, form: URLSearchParams) => Promise<Step<OAuthCredential>>

const GRANTS: Record<string, Grant> = {
  refresh_token: refreshGrant,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': jwtGrant,
}

export async function token(exchange: Exchange): Promise<Outcome> {
  const { headers, text, call } = exchange
  if (!headers.get('content-type')?.toLowerCase().startsWith(FORM)) {
    return refuse(OAUTH_PRESETS.invalid_request())
  }
  const form = new URLSearchParams(text)
  call.body = publicForm(form)
  const type = form.get('grant_type')
  if (!type) {
    return refuse(oauthFailure(400, 'invalid_request', 'Missing required parameter: grant_type'))
  }
  const grant = GRANTS[type]
  if (!grant) {
    return refuse(oauthFailure(400, 'unsupported_grant_type', `Invalid grant_type: ${type}`))
  }
  const granted = await grant(exchange, form)
  if (!granted.ok) return refuse(granted.failure)
  return issue(exchange, granted.value)
}

function issue(exchange: Exchange, credential: OAuthCredential): Outcome {
  const { state } = exchange
  const reply = takeReply(exchange)
  if (reply.error) return refuse(resolveError(reply.error, presetContext(exchange)), reply)
  if (reply.body) return { kind: 'json', body: reply.body, reply }
  const seconds = reply.expiresIn ?? LIFETIME_SECONDS
  const accessToken = state.tokens.issue(handleOf(credential), state.now() + seconds * 1000)
  const body: JsonObject = { access_token: accessToken, expires_in: seconds, token_type: 'Bearer' }
  if (credential.type === 'authorized_user') {
    body['scope'] = USER_SCOPES
    body['id_token'] = `eyJhbGciOiJSUzI1NiJ9.${randomId()}.${randomId()}`
    rotate(exchange, reply, body)
  }
  return { kind: 'json', body, reply }
}

function rotate({ state, call }: Exchange, reply: Reply, body: JsonObject): void {
  if (reply.rotateRefreshToken === undefined || call.credential === undefined) return
  const user = state.credentials.get(call.credential)
  if (user?.type !== 'authorized_user') return
  state.credentials.alias(reply.rotateRefreshToken, user)
  body['refresh_token'] = reply.rotateRefreshToken
}

const SECRET_PARAMETERS: ReadonlySet<string> = new Set([
  'client_secret',
  'refresh_token',
  'assertion',
])

function publicForm(form: URLSearchParams): JsonObject {
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, SECRET_PARAMETERS.has(name) ? '…' : value]),
  )
}
