/**
 * What OpenAI's dialect can ask for and this version of Pollux cannot do yet. Ignoring such a field
 * would give an answer to another question, so it is refused by name. What a later
 * version can do goes from these lists.
 */
import type { Failure } from '../../../failure/failure.ts'
import { isRecord } from '../../../json/record.ts'

/** Of Responses, which keeps what such a field names (docs/clients.md: Fields): a chat has no state to go on with. */
const STATE = ['previous_response_id', 'conversation']
/** Forms that Gemini cannot be held to. */
const REQUEST = ['guided_regex', 'guided_choice', 'guided_grammar', 'grammar']
/** Of vLLM's `structured_outputs`: Gemini can be held to a schema, and to nothing else. */
const STRUCTURED = ['regex', 'choice', 'grammar', 'structural_tag']
/** Of a message. */
const MESSAGE = ['audio']

/**
 * The first unsupported feature the body asks for. Looks at nothing else: types are the schema's
 * matter.
 */
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
