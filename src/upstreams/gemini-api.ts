import { type Front, methodSuffix, NO_ENVELOPE } from './front.ts'

/** The Gemini API (docs/google.md: Gemini API) takes the pivot unchanged, with the model in the path. */
export const geminiApi: Front = {
  url(_access, model, method, settings) {
    return `${settings.geminiApiBaseUrl}/v1beta/models/${encodeURIComponent(model)}${methodSuffix(method)}`
  },
  ...NO_ENVELOPE,
}
