import type { Cuttings } from '../../../bytes/cuttings.ts'
import type { Failure, FailureReason } from '../../../failure/failure.ts'
import type { Attachment } from '../../../gemini/media/attachment.ts'

/** Collects, while a body is read, its media and the first thing wrong with it. */
export class Reading {
  readonly cuttings: Cuttings
  /** Before anything is translated, these are checked, and fetched if they are given by address. */
  readonly attachments: Attachment[] = []
  /** Fields of blocks that ask for what Gemini does not do. */
  readonly unread = new Set<string>()
  #failure: Failure | null = null
  #isResult = false

  constructor(cuttings: Cuttings) {
    this.cuttings = cuttings
  }

  /** Whether what is read now is what a tool returned. */
  get isResult(): boolean {
    return this.#isResult
  }

  get failure(): Failure | null {
    return this.#failure
  }

  /** Reads what a tool returned. */
  result<Read>(read: () => Read): Read {
    this.#isResult = true
    const what = read()
    this.#isResult = false
    return what
  }

  /**
   * Records a problem; only the first one counts. `path` is in Anthropic's form, such as `messages.0.content.1`, and
   * `what` follows it in the message.
   */
  refuse(path: string, what: string, reason: FailureReason = 'invalid_value'): void {
    this.#failure ??= problemOf(path, what, reason)
  }

  /** Refuses a value that is not `wanted`, such as `a string`; perhaps since it is missing. */
  refuseType(path: string, value: unknown, wanted: string): void {
    if (value === undefined || value === null) {
      this.refuse(path, REQUIRED, 'missing_required_parameter')
    } else this.refuse(path, `must be ${wanted}`, 'invalid_type')
  }
}

/** In Anthropic's form: `max_tokens: Field required`. */
export function problemOf(
  path: string,
  what: string,
  reason: FailureReason = 'invalid_value',
): Failure {
  return { reason, message: `${path}: ${what}`, param: path }
}

export const REQUIRED = 'Field required'
