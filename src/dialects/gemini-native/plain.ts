import { fieldOf, recordsOf } from './fields.ts'

/** What else in a request Google could object to. */
const NAMING = [
  'tools',
  'toolConfig',
  'cachedContent',
  'continuationToken',
  'labels',
  'modelArmorConfig',
] as const
const IN_CONFIG = ['responseSchema', 'responseJsonSchema', 'speechConfig', 'routingConfig'] as const

/** Whether a body in Google's own format is only text, as `gemini/plain-request.ts` tells it of others. */
export function isPlainBody(body: Record<string, unknown>): boolean {
  const config = fieldOf(body, 'generationConfig')
  return (
    NAMING.every((name) => fieldOf(body, name) === undefined) &&
    IN_CONFIG.every((name) => fieldOf(config, name) === undefined) &&
    [fieldOf(body, 'systemInstruction'), ...recordsOf(fieldOf(body, 'contents'))].every(isText)
  )
}

function isText(content: unknown): boolean {
  return recordsOf(fieldOf(content, 'parts')).every((part) => typeof part['text'] === 'string')
}
