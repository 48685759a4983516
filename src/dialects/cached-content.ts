/**
 * A cached content of Google's that a request names (docs/google.md: Cached contents), in every dialect that
 * translates. Its name may be at the root, in `google` or in `extra_body.google`, in camel or snake case
 * (docs/clients.md: Fields).
 */
import * as v from 'valibot'
import type { GenerateContentRequest } from '../gemini/types.ts'
import { isRecord } from '../json/record.ts'
import { lazy } from '../lazy.ts'
import { fromAllPlaces, inAllPlaces, namesOf } from './spellings.ts'
import { unreadFields } from './unread-fields.ts'
import { string } from './words.ts'

const NAME = /^(?:projects\/[\w.:-]+\/locations\/[\w-]+\/)?cachedContents\/[\w-]+$/

export const cacheName = lazy(() =>
  v.nullish(v.pipe(string(), v.regex(NAME, 'must be a name such as cachedContents/abc'))),
)

/** For dialects that read no other field of Google's. */
const CACHE = lazy(() => ({ cachedContent: cacheName() }))
const CACHE_NAMES = lazy(() => namesOf(CACHE()))
const READ_IN_GOOGLE = lazy(() => new Set(CACHE_NAMES().keys()))
const READ_IN_EXTRA_BODY: ReadonlySet<string> = new Set(['google'])

export const cacheEntries = lazy(() => inAllPlaces(CACHE()))
const cacheFields = lazy(() => v.object(cacheEntries()))

/** The name of the cache. The most deeply nested one takes precedence, as in chat. */
export function cacheIn(
  asked: v.InferOutput<ReturnType<typeof cacheFields>>,
): Pick<GenerateContentRequest, 'cachedContent'> {
  const { cachedContent } = fromAllPlaces<ReturnType<typeof CACHE>>(CACHE_NAMES(), asked)
  return cachedContent ? { cachedContent } : {}
}

/** What else the places of the name hold, which these dialects do not read. `body` is what the client sent. */
export function unreadBesideCache({
  google,
  extra_body: extra,
}: Readonly<Record<string, unknown>>): readonly string[] {
  return [
    ...unreadFields(google, READ_IN_GOOGLE(), 'google.'),
    ...unreadFields(extra, READ_IN_EXTRA_BODY, 'extra_body.'),
    ...(isRecord(extra)
      ? unreadFields(extra['google'], READ_IN_GOOGLE(), 'extra_body.google.')
      : []),
  ]
}

/**
 * What is wrong with a request that names a cache, which has a system instruction and tools of its own; null if
 * nothing is. `beside`: the client's words for these.
 */
export function conflictWithCache(request: GenerateContentRequest, beside: string): string | null {
  const { cachedContent, systemInstruction, tools, toolConfig } = request
  if (cachedContent === undefined) return null
  if (systemInstruction === undefined && tools === undefined && toolConfig === undefined)
    return null
  return `goes without ${beside}; they must be part of what is cached`
}
