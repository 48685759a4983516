import type { Cuttings } from '../../../bytes/cuttings.ts'
import type { Failure, FailureReason } from '../../../failure/failure.ts'
import type { Attachment } from '../../../gemini/media/attachment.ts'

/** What comes of reading a body beside what it says: its media, and the first thing that is wrong with it. */
export class Reading {
  readonly cuttings: Cuttings
  /** Are checked, and fetched where they are at an address, before anything is translated. */
  readonly attachments: Attachment[] = []
  #failure: Failure | null = null

  constructor(cuttings: Cuttings) {
    this.cuttings = cuttings
  }

  get failure(): Failure | null {
    return this.#failure
  }

  /** `path` in Anthropic's writing, `messages.0.content.1`; `what` follows it. The first counts. */
  refuse(path: string, what: string, reason: FailureReason = 'invalid_value'): void {
    this.#failure ??= problemOf(path, what, reason)
  }
}

/** As Anthropic words it: `max_tokens: Field required`. */
export function problemOf(
  path: string,
  what: string,
  reason: FailureReason = 'invalid_value',
): Failure {
  return { reason, message: `${path}: ${what}`, param: path }
}

export const REQUIRED = 'Field required'
