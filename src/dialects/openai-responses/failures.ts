/** Failures as the last event of a stream. Clients decide by the code whether to ask again. */
import { type Failure, type FailureReason, LASTING } from '../../failure/failure.ts'
import { type OpenAIError, toOpenAIError } from '../openai/family.ts'

const CODES: Partial<Record<FailureReason, string>> = {
  rate_limited: 'rate_limit_exceeded',
  tokens_limited: 'rate_limit_exceeded',
  quota_exhausted: 'insufficient_quota',
  context_length_exceeded: 'context_length_exceeded',
}

/**
 * Failures that repeating cannot mend, whatever their status elsewhere. Codex shows their message and ends the turn.
 */
const FINAL: ReadonlySet<FailureReason> = new Set([
  ...LASTING,
  'content_filtered',
  'prompt_blocked',
  'files_out_of_reach',
  'invalid_value',
  'model_not_found',
  'no_credentials',
  'region_not_supported',
  'upstream_rejected',
  'unsupported_value',
  'user_disabled',
  'user_expired',
  'invalid_api_key',
])

/** In Google's words: it could not read a picture. */
const UNREADABLE = /process input image/i

/** The error object, with the fields and the words that this API's clients know. */
export function toError(failure: Failure): OpenAIError['error'] {
  const { error } = toOpenAIError(failure)
  const { message } = error
  return {
    ...error,
    // What other routes call `messages`.
    param: error.param === 'messages' ? 'input' : error.param,
    message: isOfPicture(failure) ? `${message} ${NO_PICTURE}` : message,
  }
}

/** At these words Codex says that a picture is to be taken out, instead of showing the error's JSON (docs/clients.md: Responses). */
const NO_PICTURE = 'The image data you provided does not represent a valid image.'

function isOfPicture({ reason, message }: Failure): boolean {
  return reason === 'upstream_rejected' && UNREADABLE.test(message)
}

export interface ToldFailure {
  /** Never `server_is_overloaded`: Codex gives up at that code. */
  readonly code: string
  readonly message: string
  readonly param: string | null
  readonly type: string
}

export function tellFailure(failure: Failure): ToldFailure {
  const { message, param, type } = toError(failure)
  const code =
    CODES[failure.reason] ?? (FINAL.has(failure.reason) ? 'invalid_prompt' : 'server_error')
  return { code, message: withWait(message, code, failure), param, type }
}

/** Codex waits for as long as the message says. */
function withWait(message: string, code: string, { retryAfterMs }: Failure): string {
  const isSaid = /try again in/i.test(message)
  if (code !== 'rate_limit_exceeded' || retryAfterMs === undefined || isSaid) return message
  return `${message} Please try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))}s.`
}
