import type { Failure } from '../failure/failure.ts'
import { isOwned, isPrefix } from '../gemini/media/owned-uris.ts'
import type { UriRef } from '../gemini/media/uri-ref.ts'
import type { Refusal } from '../objects/ledger/lease.ts'

/** Refuses a request that names things of two credentials: no single credential can read both. */
export function apart({ one, other }: Extract<Refusal, { reason: 'pinned_apart' }>): Failure {
  return {
    reason: 'invalid_value',
    message: `${one.param} and ${other.param} name things of two Google projects, and no request can have both. Upload what ${other.param} names again.`,
    param: other.param,
  }
}

/**
 * Why the one credential that knows the named thing cannot serve now. No other is asked: its "not found" would tell the client
 * nothing.
 */
export function away(
  { ref, why, retryAt }: Extract<Refusal, { reason: 'pinned_away' }>,
  model: string,
  now: number,
): Failure {
  const wait = retryAt === null ? {} : { retryAfterMs: Math.max(0, retryAt - now) }
  const whose = `What ${ref.param} names belongs to one credential of this API key`
  switch (why) {
    case 'quota':
      return {
        reason: 'rate_limited',
        message: `${whose}, which is out of quota for ${model}.`,
        ...wait,
      }
    case 'paused':
      return { reason: 'credentials_paused', message: `${whose}, which is paused.`, ...wait }
    case 'unusable':
      return { reason: 'credentials_unusable', message: `${whose}, which Google does not accept.` }
    case 'model':
      return {
        reason: 'invalid_value',
        message: `${whose}, which does not serve ${model}.`,
        param: ref.param,
      }
  }
}

/**
 * Refuses a request for a thing that the credential's owner can read and this user may not. It does not say whether that thing
 * exists.
 */
export function notAllowed({ uri, param }: UriRef): Failure {
  return { reason: 'invalid_value', message: `Invalid value: '${param}' ${whyNot(uri)}`, param }
}

function whyNot(uri: string): string {
  if (!isOwned(uri)) {
    // Not everything can be allowed: a service account, for one, has no name that begins with its project.
    const way = isPrefix(uri)
      ? 'Ask the admin of this gateway to allow it (media_uris), or leave it out.'
      : 'Leave it out.'
    return `names something that Google would read or sign in with by the rights of this gateway's credentials. ${way}`
  }
  return /^\s*gs:/i.test(uri)
    ? 'names a place in Google Cloud Storage that this API key may not use. Ask the admin of this gateway to allow it (media_uris), or send the file itself.'
    : 'names a file that is none of this API key. Upload it with this key, or send the file itself.'
}
