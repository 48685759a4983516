import { parsed } from '../json/parsed.ts'
import { recordOf } from '../json/record.ts'
import { importPKCS8, SignJWT } from 'jose'
import { fetchText } from '../http/fetch-text.ts'
import type { Secret } from './credential.ts'
import type { CredentialFault } from './verdict.ts'

/** An access token and when it expires (epoch milliseconds), or why there is none. */
export type TokenResult =
  | { readonly ok: true; readonly token: string; readonly expiresAt: number }
  /** The secret will not work again until somebody replaces it. */
  | { readonly ok: false; readonly permanent: true; readonly reason: CredentialFault }
  /** Google or the network failed; the secret may be fine. */
  | { readonly ok: false; readonly permanent: false; readonly reason: string }

export type OAuthSecret = Exclude<Secret, { type: 'api_key' }>

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TIMEOUT_MS = 15_000
/** Google's limit for the lifetime of a service account's assertion (docs/google.md: Access tokens). */
const ASSERTION_SECONDS = 3600
/**
 * Google's tokens live for an hour. A lifetime outside these bounds is a mistake, and would make a token that never
 * expires or one that is of no use.
 */
const MIN_LIFETIME_SECONDS = 60
const MAX_LIFETIME_SECONDS = 86_400
/** What an HTTP header can carry. Google's tokens are shorter than 2 KB. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/

/**
 * `error` of the token endpoint → what it means for the credential (docs/google.md: Access tokens). Any other error
 * is taken as temporary.
 */
const PERMANENT: ReadonlyMap<string, CredentialFault> = new Map(
  Object.entries({
    invalid_grant: 'invalid_grant',
    unauthorized_client: 'invalid_client',
    invalid_client: 'invalid_client',
    deleted_client: 'invalid_client',
    disabled_client: 'invalid_client',
    invalid_scope: 'invalid_client',
    admin_policy_enforced: 'permission_denied',
    org_internal: 'permission_denied',
    access_denied: 'permission_denied',
  } as const),
)

/**
 * Exchanges a credential's secret for an access token at Google's token endpoint (docs/google.md: Access tokens).
 * Never rejects.
 */
export async function mintToken(
  secret: OAuthSecret,
  tokenUrl: string,
  now: number,
): Promise<TokenResult> {
  let form: URLSearchParams
  try {
    form = await grant(secret, tokenUrl, now)
  } catch {
    // jose rejects a key that is not PKCS#8. Its message may hold parts of the key, so it is dropped.
    return { ok: false, permanent: true, reason: 'invalid_grant' }
  }
  let answer: Awaited<ReturnType<typeof fetchText>>
  try {
    answer = await fetchText(tokenUrl, { method: 'POST', body: form }, TIMEOUT_MS)
  } catch {
    return { ok: false, permanent: false, reason: 'unreachable' }
  }
  return readAnswer(answer.status, answer.text, now)
}

async function grant(secret: OAuthSecret, audience: string, now: number): Promise<URLSearchParams> {
  if (secret.type === 'authorized_user') {
    return new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: secret.clientId,
      client_secret: secret.clientSecret,
      refresh_token: secret.refreshToken,
    })
  }
  const issuedAt = Math.floor(now / 1000)
  const key = await importPKCS8(secret.privateKey, 'RS256')
  const header = { alg: 'RS256', typ: 'JWT' }
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader(
      secret.privateKeyId === null ? header : { ...header, kid: secret.privateKeyId },
    )
    .setIssuer(secret.clientEmail)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_SECONDS)
    .sign(key)
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

/** Reads the answer of the token endpoint. Pure. */
export function readAnswer(status: number, body: string, now: number): TokenResult {
  // Of an HTML page of a front end the status says enough.
  const answer = recordOf(parsed(body))
  const { access_token: token, expires_in: seconds, error } = answer
  if (status === 200 && typeof token === 'string' && TOKEN.test(token)) {
    return { ok: true, token, expiresAt: now + lifetimeIn(seconds) * 1000 }
  }
  const permanent = status < 500 && typeof error === 'string' ? PERMANENT.get(error) : undefined
  if (permanent === undefined) return { ok: false, permanent: false, reason: `http_${status}` }
  // The clocks differ, the key is fine: a new assertion with a new time may pass (docs/google.md: Access tokens).
  const { error_description: words } = answer
  if (typeof words === 'string' && /short-lived token/.test(words.slice(0, 1000))) {
    return { ok: false, permanent: false, reason: 'clock_skew' }
  }
  return { ok: false, permanent: true, reason: permanent }
}

/** Whole seconds, within bounds; an hour if the answer names no lifetime. */
function lifetimeIn(told: unknown): number {
  const seconds = typeof told === 'string' && told.trim() !== '' ? Number(told) : told
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) return ASSERTION_SECONDS
  return Math.min(Math.max(Math.floor(seconds), MIN_LIFETIME_SECONDS), MAX_LIFETIME_SECONDS)
}
