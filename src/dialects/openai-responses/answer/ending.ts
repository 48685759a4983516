import type { Conclusion } from '../../../gemini/answer/conclusion.ts'
import type { Failure } from '../../../failure/failure.ts'
import { toJsonLine } from '../../../json/line.ts'
import { tellFailure } from '../failures.ts'
import { type Head, responseJson, type Standing } from './response.ts'
import type { Sequence } from './sequence.ts'

export type Ended = Extract<Conclusion, { ok: true }>

/** The status of an ended answer. Never `completed` if the answer is incomplete. */
export function standingOf(
  { end }: Ended,
  rest: Pick<Standing, 'output' | 'usage' | 'store'>,
): Standing {
  switch (end) {
    case 'length':
      return { status: 'incomplete', incomplete: 'max_output_tokens', ...rest }
    case 'filtered':
      return { status: 'incomplete', incomplete: 'content_filter', ...rest }
    case 'stop':
    case 'calls':
      return { status: 'completed', ...rest }
  }
}

/** The last event of an answer. */
export function lastFrame(head: Head, standing: Standing, sequence: Sequence): string {
  return sequence.frame(`response.${standing.status}`, `"response":${responseJson(head, standing)}`)
}

/**
 * An error in all the forms that clients look for: some read its flat fields, some the nested ones, some the
 * response.
 */
export function failureFrames(
  failure: Failure,
  head: Head,
  output: readonly string[],
  sequence: Sequence,
): string {
  const { code, message, param, type } = tellFailure(failure)
  const flat = `"code":${toJsonLine(code)},"message":${toJsonLine(message)},"param":${toJsonLine(param)}`
  const nested = `"error":{"type":${toJsonLine(type)},${flat}}`
  const error = { code, message }
  const standing: Standing = { status: 'failed', store: false, output, usage: null, error }
  return (
    sequence.frame('error', `${flat},${nested}`) +
    sequence.frame('response.failed', `"response":${responseJson(head, standing)}`)
  )
}
