import { memberAt } from '../json/value-spans.ts'
import { type Front, methodSuffix } from './front.ts'

/** Models that Code Assist knows by another id (docs/google.md: Code Assist). */
const RENAMED: ReadonlyMap<string, string> = new Map([['gemini-3.5-flash', 'gemini-3-flash']])

/**
 * Code Assist (docs/google.md: Code Assist) takes the pivot inside an envelope with model and project, and answers
 * inside another envelope.
 */
export const codeAssist: Front = {
  url(_access, _model, method, settings) {
    return `${settings.codeAssistBaseUrl}/v1internal${methodSuffix(method)}`
  },
  body(access, model, requestJson, method) {
    const id = RENAMED.get(model) ?? model
    // The only method whose envelope has no project and holds the model inside the request (docs/google.md: Code
    // Assist).
    if (method === 'countTokens') {
      const { contents } = JSON.parse(requestJson) as { contents?: unknown }
      return JSON.stringify({ request: { model: `models/${id}`, contents } })
    }
    const name = JSON.stringify(id)
    return `{"model":${name},"project":${JSON.stringify(access.project ?? '')},"request":${requestJson}}`
  },
  unwrap(reply) {
    if (Object.hasOwn(reply, 'totalTokens')) return reply
    if (!Object.hasOwn(reply, 'response')) return undefined
    const { response } = reply as { readonly response: unknown }
    return typeof response === 'object' && response !== null ? response : undefined
  },
  unwrapText(json) {
    const { start, end } = memberAt(json, 0, 'response') ?? { start: 0, end: json.length }
    return json.slice(start, end)
  },
}
