import { type Front, methodSuffix } from './front.ts'

/** Ids that Code Assist knows by another name (google-upstreams §2.5). */
const RENAMED: ReadonlyMap<string, string> = new Map([['gemini-3.5-flash', 'gemini-3-flash']])

/** Code Assist (google-upstreams §2): the Vertex dialect in an envelope with model and project, its replies in another. */
export const codeAssist: Front = {
  url(_access, _model, method, settings) {
    return `${settings.codeAssistBaseUrl}/v1internal${methodSuffix(method)}`
  },
  body(access, model, requestJson) {
    const name = JSON.stringify(RENAMED.get(model) ?? model)
    return `{"model":${name},"project":${JSON.stringify(access.project ?? '')},"request":${requestJson}}`
  },
  unwrap(reply) {
    if (!Object.hasOwn(reply, 'response')) return undefined
    const { response } = reply as { readonly response: unknown }
    return typeof response === 'object' && response !== null ? response : undefined
  },
}
