/** Reads a JSON body as the message that the method takes. */
import { failure, invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Exchange, Step } from '../exchange.ts'
import { parseMessage } from '../proto/parse.ts'
import type { GenerateRequest } from '../proto/types.ts'
import type { JsonObject } from '../json.ts'

export function readBody(exchange: Exchange, message: string): Step<JsonObject> {
  const { text, route, call } = exchange
  let body: unknown
  try {
    body = text === '' ? {} : JSON.parse(text)
  } catch {
    return { ok: false, failure: notJson(text) }
  }
  call.body = body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const problem =
      'Invalid JSON payload received. Unknown name "": Root element must be a message.'
    return { ok: false, failure: invalidArgument(problem) }
  }
  if (hasHalfPair(text, body)) return { ok: false, failure: notJson(text) }
  return parseMessage(message, body, route)
}

/** `body` is what the text says. */
export function hasHalfPair(text: string, body: unknown): boolean {
  return HALF_PAIR.test(text) && !isWellFormed(body)
}

/** Only an escape can produce half a surrogate pair, since UTF-8 has none. */
const HALF_PAIR = /\\u[dD][89a-fA-F]/

/** Half a surrogate pair is not a character, and protobuf's strings are UTF-8. */
function isWellFormed(body: unknown): boolean {
  const open: unknown[] = [body]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string' && !next.isWellFormed()) return false
    if (typeof next !== 'object' || next === null) continue
    for (const [key, child] of Object.entries(next)) open.push(key, child)
  }
  return true
}

function notJson(text: string): Failure {
  const start = text.slice(0, 20)
  return failure(400, `Invalid JSON payload received. Unexpected token.\n${start}\n^`)
}

/** The parser has checked every field against the table that these types mirror. */
export function asGenerateRequest(message: JsonObject): GenerateRequest {
  return message as GenerateRequest
}
