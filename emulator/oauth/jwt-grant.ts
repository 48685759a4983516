/** The service-account grant: a JWT signed by the account's key (docs/google.md: Access tokens). */
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, importSPKI } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { admitAccount } from '../admit.ts'
import type { Failure } from '../errors/failure.ts'
import { OAUTH_PRESETS, oauthFailure } from '../errors/oauth-presets.ts'
import type { Exchange, Step } from '../exchange.ts'
import type { ServiceAccountInput } from '../protocol.ts'
import type { OAuthCredential } from '../state/credentials.ts'

const MAX_LIFETIME_SECONDS = 3_600
const CLOCK_SKEW_SECONDS = 300
const SCOPE = /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]+$/
const NAMED_SCOPES: ReadonlySet<string> = new Set(['openid', 'email', 'profile'])

const keys = new WeakMap<ServiceAccountInput, Promise<CryptoKey | Uint8Array>>()

export async function jwtGrant(
  exchange: Exchange,
  form: URLSearchParams,
): Promise<Step<OAuthCredential>> {
  const assertion = form.get('assertion')
  if (!assertion) {
    return no(oauthFailure(400, 'invalid_request', 'Missing required parameter: assertion'))
  }
  const jwt = decode(assertion)
  if (!jwt) return no(OAUTH_PRESETS.invalid_grant_bad_request())
  const { state } = exchange
  const account = state.credentials.get(String(jwt.claims.iss)) ?? admitAccount(state, jwt.claims)
  if (account?.type !== 'service_account') {
    return no(OAUTH_PRESETS.invalid_grant_account_not_found())
  }
  exchange.call.credential = account.client_email
  const { kid } = jwt.header
  const knownKey = !kid || !account.private_key_id || kid === account.private_key_id
  const isBelieved = state.credentials.isAdmitted(account.client_email)
  if (!knownKey || !(isBelieved || (await isSignedBy(account, assertion)))) {
    return no(OAUTH_PRESETS.invalid_jwt_signature())
  }
  const wrong = checkClaims(exchange, jwt.claims)
  return wrong ? no(wrong) : { ok: true, value: account }
}

function checkClaims({ url, state }: Exchange, claims: JWTPayload): Failure | undefined {
  if (claims.aud !== `${url.origin}${url.pathname}`) return OAUTH_PRESETS.invalid_jwt_audience()
  const { iat, exp } = claims
  const now = state.now() / 1000
  if (
    typeof iat !== 'number' ||
    typeof exp !== 'number' ||
    exp - iat > MAX_LIFETIME_SECONDS ||
    exp <= iat ||
    iat > now + CLOCK_SKEW_SECONDS ||
    exp < now - CLOCK_SKEW_SECONDS
  ) {
    return OAUTH_PRESETS.invalid_jwt_timeframe()
  }
  const scope = claims['scope']
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  const known = scopes.every((name) => SCOPE.test(name) || NAMED_SCOPES.has(name))
  return scopes.length > 0 && known ? undefined : OAUTH_PRESETS.invalid_scope()
}

function decode(assertion: string): { header: { kid?: string }; claims: JWTPayload } | undefined {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) }
  } catch {
    return undefined
  }
}

async function isSignedBy(account: ServiceAccountInput, assertion: string): Promise<boolean> {
  try {
    await compactVerify(assertion, await publicKey(account), { algorithms: ['RS256'] })
    return true
  } catch {
    return false
  }
}

function publicKey(account: ServiceAccountInput): Promise<CryptoKey | Uint8Array> {
  const known = keys.get(account)
  if (known) return known
  const imported = account.public_jwk
    ? importJWK(account.public_jwk, 'RS256')
    : importSPKI(account.public_key_pem ?? '', 'RS256')
  keys.set(account, imported)
  return imported
}

function no(failure: Failure): Step<never> {
  return { ok: false, failure }
}
