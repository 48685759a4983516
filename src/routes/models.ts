import { toModel, toModelList } from '../dialects/openai-chat/models.ts'
import { modelNotFound } from '../gateway/failure.ts'
import { findModel, listModels as catalogue } from '../gemini/catalogue.ts'
import type { Call, Reply } from './call.ts'

export async function listModels(): Promise<Reply> {
  return Response.json(toModelList(catalogue()))
}

export async function getModel({ params }: Call): Promise<Reply> {
  const name = params['id'] ?? ''
  const model = findModel(name)
  return model === undefined ? modelNotFound(name.slice(0, 128)) : Response.json(toModel(model))
}
