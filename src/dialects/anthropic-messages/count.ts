import { standInFor } from '../../gemini/models/claude.ts'
import type { ReadPrompt } from '../count-dialect.ts'
import { readFields } from './body/fields.ts'
import { readRequest } from './request.ts'

/** POST /v1/messages/count_tokens: reads the request whose tokens are to be counted. */
export const readPrompt: ReadPrompt = (body, cuttings, claudeModels) => {
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
