/** Finds the model that answers, in the table of models.ts, by upstream and location. */
import { MODELS } from './models.ts'
import type { Model } from './models.ts'
import type { Upstream } from './protocol.ts'

const BY_ID: ReadonlyMap<string, Model> = new Map(MODELS.map((model) => [model.id, model]))

/** The model that answers at this upstream and location. On the Gemini API it may be another one than was asked. */
export function findModel(upstream: Upstream, id: string, location: string): Model | undefined {
  const model = BY_ID.get(id)
  if (!model) return undefined
  switch (upstream) {
    case 'gemini-api':
      if (typeof model.geminiApi === 'string') return BY_ID.get(model.geminiApi)
      return model.geminiApi ? model : undefined
    case 'vertex':
      return model.vertex === 'any' || model.vertex.includes(location) ? model : undefined
    case 'code-assist':
      return model.codeAssist ? model : undefined
    case 'oauth':
      return undefined
  }
}
