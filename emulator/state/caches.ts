/** Cached contents of the Gemini API (ai.google.dev, "Context caching"). */
import type { JsonObject } from '../json.ts'
import type { GenerateRequest } from '../proto/types.ts'
import { Shelf } from './shelf.ts'
import type { Owned } from './shelf.ts'

export interface Cache extends Owned {
  /** as the client named it, `models/…` */
  readonly model: string
  readonly displayName: string | undefined
  readonly held: Pick<GenerateRequest, 'contents' | 'systemInstruction' | 'tools' | 'toolConfig'>
  readonly tokens: number
  updatedAt: number
}

export class Caches extends Shelf<Cache> {}

export function describeCache(cache: Cache): JsonObject {
  return {
    name: cache.name,
    model: cache.model,
    createTime: new Date(cache.createdAt).toISOString(),
    updateTime: new Date(cache.updatedAt).toISOString(),
    expireTime: new Date(cache.expiresAt).toISOString(),
    ...(cache.displayName === undefined ? {} : { displayName: cache.displayName }),
    usageMetadata: { totalTokenCount: cache.tokens },
  }
}
