import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import { type ClaudeModels, standInFor } from '../../gemini/models/claude.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { readFields } from './body/fields.ts'
import { readRequest } from './request.ts'

export type Understood =
  | {
      readonly ok: true
      readonly model: string
      readonly standIn: string | null
      readonly request: GenerateContentRequest
    }
  | { readonly ok: false; readonly failure: Failure }

/** POST /v1/messages/count_tokens: reads the request whose tokens are to be counted. */
export function readPrompt(
  body: unknown,
  cuttings: Cuttings,
  claudeModels: ClaudeModels,
): Understood {
  const fields = readFields(body, true)
  if (!fields.ok) return { ok: false, failure: fields.failure }
  const read = readRequest(fields.value, cuttings)
  if (!read.ok) return read
  const { model } = fields.value
  const translated = read.translate()
  if (!translated.ok) return translated
  const { request } = translated
  return { ok: true, model, standIn: standInFor(model, claudeModels), request }
}
