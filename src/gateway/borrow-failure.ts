import type { Failure } from '../failure/failure.ts'
import type { BorrowResult } from '../objects/pins/borrowing.ts'
import { OUTAGES, USER_REFUSALS } from './failure-of.ts'
import { apart } from './pin-failure.ts'

/** What the client is told when the object lends no credential for a thing. */
export function borrowFailure(refusal: Extract<BorrowResult, { ok: false }>): Failure {
  switch (refusal.reason) {
    case 'unknown_user':
    case 'key_replaced':
    case 'user_disabled':
    case 'user_expired':
    case 'no_credentials':
    case 'credentials_unusable':
    case 'vault_not_configured':
      return USER_REFUSALS[refusal.reason]
    case 'not_offered':
      return NOT_OFFERED
    case 'owner_unusable':
      return OWNER_UNUSABLE
    case 'removed':
      return REMOVED
    case 'paused': {
      const { retryAt } = refusal
      return retryAt === null
        ? PAUSED
        : { ...PAUSED, retryAfterMs: Math.max(0, retryAt - Date.now()) }
    }
    case 'token_unavailable':
      return OUTAGES.overloaded
    case 'pinned_apart':
      return apart(refusal)
  }
}

const NOT_OFFERED: Failure = {
  reason: 'not_served',
  message:
    'None of the Google credentials behind this API key is of the Gemini API, which alone has files, cached contents, batches and interactions.',
}

const PAUSED: Failure = {
  reason: 'credentials_paused',
  message: 'The credential that knows what was asked for is paused.',
}

const OWNER_UNUSABLE: Failure = {
  reason: 'credentials_unusable',
  message: 'Google does not accept the credential that knows what was asked for.',
}

const REMOVED: Failure = {
  reason: 'unknown_url',
  message:
    'The credential that knew what was asked for was removed, and nothing else can reach it. Start anew.',
}
