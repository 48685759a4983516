import { memberAt } from '../json/spans.ts'
import { type Front, methodSuffix } from './front.ts'

/** Ids that Code Assist knows by another name (docs/google.md: Code Assist). */
const RENAMED: ReadonlyMap<string, string> = new Map([['gemini-3.5-flash', 'gemini-3-flash']])

/** Code Assist (docs/google.md: Code Assist): the Vertex dialect in an envelope with model and project, its replies in another. */
export const codeAssist: Front = {
  url(_access, _model, method, settings) {
    return `${settings.codeAssistBaseUrl}/v1internal${methodSuffix(method)}`
  },
  body(access, model, requestJson, method) {
    const id = RENAMED.get(model) ?? model
    // The one method without a project, and with the model inside (docs/google.md: Code Assist).
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
