/** Contents, roles and parts (docs/google.md: Turns, System instruction). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import { ONEOFS } from '../proto/oneofs.ts'
import type { Content, Part } from '../proto/types.ts'
import type { Subject } from './subject.ts'

const LEARN_MORE =
  'Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini'
const VALID_ROLES: ReadonlySet<string> = new Set(['user', 'model'])
/** From this generation on, the role `function` is refused. */
const NO_FUNCTION_ROLE_SINCE = 3.6
const PART_DATA = ONEOFS['Part']?.fields ?? []

export function checkContents(subject: Subject): Failure | undefined {
  const { request, upstream } = subject
  const contents = request.contents ?? []
  if (contents.length === 0) {
    return invalidArgument(
      upstream === 'gemini-api'
        ? '* GenerateContentRequest.contents: contents is not specified'
        : `Unable to submit request because at least one contents field is required. ${LEARN_MORE}`,
    )
  }
  return (
    firstOf(contents, (content, index) => checkContent(subject, content, index)) ??
    checkSystemInstruction(subject)
  )
}

function checkContent(subject: Subject, content: Content, index: number): Failure | undefined {
  const path = `* GenerateContentRequest.contents[${index}]`
  if (!content.parts?.length) {
    return invalidArgument(
      subject.upstream === 'gemini-api'
        ? `${path}.parts: contents.parts must not be empty.`
        : 'Unable to submit request because it must include at least one parts field, which ' +
            `describes the prompt input. ${LEARN_MORE}`,
    )
  }
  return (
    checkRole(subject, content.role) ??
    firstOf(content.parts, (part, at) => checkPart(part, `${path}.parts[${at}]`))
  )
}

function checkRole({ upstream, model, request }: Subject, role?: string): Failure | undefined {
  if (role === undefined || role === '') {
    // The Gemini API takes a single content without a role for the user's.
    const isAlone = upstream === 'gemini-api' && request.contents?.length === 1
    return isAlone ? undefined : invalidArgument('Please use a valid role: user, model.')
  }
  if (VALID_ROLES.has(role)) return undefined
  if (role !== 'function') return invalidArgument('Please use a valid role: user, model.')
  if (model.generation < NO_FUNCTION_ROLE_SINCE) return undefined
  return invalidArgument(
    "Role 'function' is not supported. Please use a valid role: SYSTEM, SYSTEM_1, USER, ASSISTANT, " +
      'DEVELOPER, CONTEXT, USER_CONTEXT, MODEL.',
  )
}

function checkPart(part: Part, path: string): Failure | undefined {
  if (!PART_DATA.some((name) => name in part)) {
    return invalidArgument(
      `${path}.data: required oneof field 'data' must have one initialized field`,
    )
  }
  const { functionCall, functionResponse } = part
  if (functionCall && !functionCall.name) {
    return invalidArgument(`${path}.function_call.name: Name cannot be empty.`)
  }
  if (functionResponse && !functionResponse.name) {
    return invalidArgument(`${path}.function_response.name: Name cannot be empty.`)
  }
  return undefined
}

function checkSystemInstruction({ request, model }: Subject): Failure | undefined {
  const instruction = request.systemInstruction
  if (!instruction) return undefined
  if (!model.systemInstruction) {
    return invalidArgument(`Developer instruction is not enabled for models/${model.id}`)
  }
  const path = '* GenerateContentRequest.system_instruction.parts'
  if (!instruction.parts?.length) return invalidArgument(`${path}: parts must not be empty.`)
  return firstOf(instruction.parts, (part, at) =>
    part.text === undefined
      ? invalidArgument(`${path}[${at}].data: only text is supported in system_instruction.`)
      : undefined,
  )
}

function firstOf<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => Failure | undefined,
): Failure | undefined {
  for (const [index, item] of items.entries()) {
    const failure = check(item, index)
    if (failure) return failure
  }
  return undefined
}
