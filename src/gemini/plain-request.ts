import type { Content, GenerateContentRequest } from './types.ts'

/**
 * Whether a request is only text. It names no file, cache, function or schema that Google could object to, so if
 * Google refuses it, the credential is more likely at fault. Pure.
 */
export function isPlain(request: GenerateContentRequest): boolean {
  const { contents, systemInstruction, tools, cachedContent, continuationToken } = request
  const { responseJsonSchema, responseSchema } = request.generationConfig ?? {}
  const named = [cachedContent, continuationToken, responseJsonSchema, responseSchema]
  return (
    (tools ?? []).length === 0 &&
    named.every((it) => it === undefined) &&
    [systemInstruction, ...contents].every((content) => content === undefined || isText(content))
  )
}

function isText({ parts }: Content): boolean {
  return parts.every((part) => typeof part.text === 'string')
}
