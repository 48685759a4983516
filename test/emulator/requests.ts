/** Valid bodies for the strictness tests, and what Google says if one is changed. */
import { expect } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import type { Upstream } from '../../emulator/protocol.ts'
import { HELLO } from './google.ts'
import type { Google } from './google.ts'

export type Case = [name: string, body: JsonObject, message: string, model?: string]

async function ask(
  google: Google,
  upstream: Upstream,
  { body, model }: { body: JsonObject; model: string },
): Promise<Response> {
  if (upstream === 'gemini-api') {
    const { handle } = await google.control.registerApiKey()
    const path = `/v1beta/models/${model}:generateContent`
    return google.post(path, body, { 'x-goog-api-key': handle })
  }
  const headers = await google.bearer()
  if (upstream === 'code-assist') {
    const envelope = { model, project: 'p1', request: body }
    return google.post('/v1internal:generateContent', envelope, headers)
  }
  const path = `/v1beta1/projects/p1/locations/global/publishers/google/models/${model}`
  return google.post(`${path}:generateContent`, body, headers)
}

/** Google's message, or `accepted`. */
export function complaintsOf(google: Google) {
  return async (
    upstream: Upstream,
    body: JsonObject,
    model = 'gemini-2.5-flash',
  ): Promise<string> => {
    const response = await ask(google, upstream, { body, model })
    if (response.ok) return 'accepted'
    const error = await google.errorOf(response)
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
    return error.message
  }
}

export function unknown(name: string, path: string, why = 'Cannot find field.'): string {
  return `Invalid JSON payload received. Unknown name "${name}" at '${path}': ${why}`
}

export const config = (generationConfig: JsonObject): JsonObject => ({ ...HELLO, generationConfig })
export const declare = (...functionDeclarations: JsonObject[]): JsonObject => ({
  ...HELLO,
  tools: [{ functionDeclarations }],
})
export const parameters = (schema: JsonObject): JsonObject =>
  declare({ name: 'f', parameters: schema })

export const user = (...parts: JsonObject[]): JsonObject => ({ role: 'user', parts })
export const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts })
export const text = { text: 'hi' }
export const call = (name = 'f'): JsonObject => ({ functionCall: { name, args: {} } })
export const result = (name = 'f', response: unknown = {}): JsonObject => ({
  functionResponse: { name, response },
})
