/**
 * Features that OpenAI's dialect has and this version of Pollux lacks. Ignoring such a field would answer another
 * question, so it is refused by name. Once a version supports a feature, its row goes.
 */
import type { Failure } from '../../../failure/failure.ts'
import { isRecord } from '../../../json/record.ts'

/** Fields of the Responses API, which keeps what they name (docs/clients.md: Fields). A chat has no stored state. */
const STATE = ['previous_response_id', 'conversation']
/** Gemini's output cannot be constrained in these ways. */
const REQUEST = ['guided_regex', 'guided_choice', 'guided_grammar', 'grammar']
/** Fields of vLLM's `structured_outputs`: Gemini's output can be constrained to a schema only. */
const STRUCTURED = ['regex', 'choice', 'grammar', 'structural_tag']
/** Fields of a message. */
const MESSAGE = ['audio']

/** The first unsupported feature that the body asks for. Does not check types: the schema does. */
export function findUnsupported(body: Record<string, unknown>): Failure | undefined {
  const { messages } = body
  const state = askedOf(STATE, body)
  if (state !== undefined) return elsewhere(state)
  const asked = askedOf(REQUEST, body)
  if (asked !== undefined) return unsupported(asked)
  const { structured_outputs: structured } = body
  const form = isRecord(structured) ? askedOf(STRUCTURED, structured) : undefined
  if (form !== undefined) return unsupported(`structured_outputs.${form}`)
  if (!Array.isArray(messages)) return undefined
  for (let at = 0; at < messages.length; at++) {
    const message: unknown = messages[at]
    const field = isRecord(message) ? askedOf(MESSAGE, message) : undefined
    if (field !== undefined) return unsupported(`messages[${at}].${field}`)
  }
  return undefined
}

/** Clients also send nulls, empty lists and empty texts, which ask for nothing. */
function askedOf(fields: readonly string[], record: Record<string, unknown>): string | undefined {
  for (const field of fields) if (isFilled(record[field])) return field
  return undefined
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isRecord(value)) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== ''
}

function elsewhere(param: string): Failure {
  const message = `'${param}' names what POST /v1/responses keeps, and a chat keeps nothing: ask there, or send the whole conversation.`
  return { reason: 'unsupported_parameter', message, param }
}

function unsupported(param: string): Failure {
  const message = `'${param}' is not supported by this version of Pollux yet.`
  return { reason: 'unsupported_parameter', message, param }
}
