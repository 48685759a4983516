import type { Failure } from '../../failure/failure.ts'
import { endingOf } from '../../gemini/endings.ts'

/** How Google's answer ended, as far as it was seen. */
export interface Ending {
  readonly finishReason: string | undefined
  readonly blockReason: string | undefined
}

/** Why the transcript is not complete; null if it is. An empty transcript may be right, since silence has no words. */
export function incompleteness({ finishReason, blockReason }: Ending): Failure | null {
  if (finishReason === 'STOP') return null
  if (finishReason === 'MAX_TOKENS' || finishReason === 'CONTINUATION') {
    return rejected(
      'The transcript of this recording is longer than an answer of the model may be; send it in parts.',
    )
  }
  if (finishReason === undefined && blockReason === undefined) {
    const message = 'The transcript from Google broke off before it was complete.'
    return { reason: 'upstream_truncated', message }
  }
  if (blockReason !== undefined || endingOf(finishReason ?? '') === 'filtered') {
    return rejected('Google refused to transcribe this recording.')
  }
  return { reason: 'upstream_error', message: 'Google ended the transcript without saying why.' }
}

function rejected(message: string): Failure {
  return { reason: 'upstream_rejected', message, param: 'file' }
}
