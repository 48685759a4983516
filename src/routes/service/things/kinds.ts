import { HOUR_MS } from '../../../json/time.ts'
import { answersFileIn } from '../../../gemini/batch-use.ts'
import type { NewPin, PinKind, PinRef } from '../../../gemini/pins.ts'
import { isRecord } from '../../../json/record.ts'

/** One of Google's collections of things. */
export interface Kind {
  readonly kind: PinKind
  /** The name of the collection in addresses and in names of things. */
  readonly collection: string
  /** The field that holds the things in a page of a list. */
  readonly listed: string
  /** How long Google keeps a thing if it does not say, in milliseconds. */
  readonly lifeMs: number
}

export const FILES: Kind = {
  kind: 'file',
  collection: 'files',
  listed: 'files',
  lifeMs: 48 * HOUR_MS,
}
export const CACHES: Kind = {
  kind: 'cached_content',
  collection: 'cachedContents',
  listed: 'cachedContents',
  lifeMs: HOUR_MS,
}
export const BATCHES: Kind = {
  kind: 'batch',
  collection: 'batches',
  listed: 'operations',
  lifeMs: 30 * 24 * HOUR_MS,
}
export const INTERACTIONS: Kind = {
  kind: 'interaction',
  collection: 'interactions',
  listed: 'interactions',
  lifeMs: 55 * 24 * HOUR_MS,
}

/** The pin of a thing that Google has described; null if the description has no id. */
export function pinOf(of: Kind, thing: unknown, now: number): NewPin | null {
  if (!isRecord(thing)) return null
  const name = thing['name'] ?? thing['id']
  if (typeof name !== 'string') return null
  const id = name.slice(name.lastIndexOf('/') + 1)
  if (!ID.test(id)) return null
  const told = Date.parse(String(thing['expirationTime'] ?? thing['expireTime']))
  const { mimeType } = thing
  return {
    kind: of.kind,
    id,
    expiresAt: Number.isNaN(told) ? now + of.lifeMs : told,
    ...(of.kind === 'file' && typeof mimeType === 'string' && { mimeType }),
  }
}

/**
 * The files that hold a batch's answers. Reads no other field of the description: clients and models can write into
 * it, and whatever is found here becomes the user's own.
 */
export function answersOf(batch: unknown, now: number): readonly NewPin[] {
  if (!isRecord(batch)) return []
  const { metadata, response } = batch
  const output = isRecord(metadata) ? metadata['output'] : undefined
  const ids = [response, output].flatMap((at) => answersFileIn(at) ?? [])
  return [...new Set(ids)].map((id) => ({
    kind: 'file',
    id,
    expiresAt: now + BATCHES.lifeMs,
  }))
}

/** Becomes part of an address. */
export const ID = /^[\w-]{1,200}$/

/**
 * The client's headers that Google is to know with a question about such a thing: the revision of the Interactions API that
 * the client was written for (docs/google.md: Gemini API).
 */
export function ownHeaders({ kind }: Kind, headers: Headers): Readonly<Record<string, string>> {
  const revision = kind === 'interaction' ? headers.get('api-revision') : null
  return revision !== null && REVISION.test(revision) ? { 'api-revision': revision } : {}
}

const REVISION = /^\d{4}-\d{2}-\d{2}$/

export function refOf({ kind, collection }: Kind, id: string): PinRef {
  return { kind, id, param: `${collection}/${id}` }
}
