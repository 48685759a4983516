/** Reads a JSON body as the message the method takes. */
import { failure, invalidArgument } from '../errors/failure.ts'
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
    const start = text.slice(0, 20)
    return {
      ok: false,
      failure: failure(400, `Invalid JSON payload received. Unexpected token.\n${start}\n^`),
    }
  }
  call.body = body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const problem =
      'Invalid JSON payload received. Unknown name "": Root element must be a message.'
    return { ok: false, failure: invalidArgument(problem) }
  }
  return parseMessage(message, body, route)
}

/** The parser has checked every field against the table that these types mirror. */
export function asGenerateRequest(message: JsonObject): GenerateRequest {
  return message as GenerateRequest
}
