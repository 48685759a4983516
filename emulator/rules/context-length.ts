/** Refuses too much input (docs/google.md: Errors by status). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { promptTokens } from '../reply/usage.ts'
import type { Subject } from './subject.ts'

export function checkContextLength({ model, request }: Subject): Failure | undefined {
  if (promptTokens(request) <= model.inputTokens) return undefined
  return invalidArgument(
    `The input token count exceeds the maximum number of tokens allowed (${model.inputTokens}).`,
  )
}
