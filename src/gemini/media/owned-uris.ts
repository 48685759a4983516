/**
 * A client that may name any address can read whatever the credential's owner can: Google reads with the owner's rights
 * `gs://` of Cloud Storage, files of the Files API, caches of Vertex AI, and what tools name (owned-stores.ts). It also
 * writes so, where a request has what is made put into Cloud Storage. So a user may name only what an admin has allowed,
 * and files that were uploaded through the user's own ring.
 */
import { fileIdIn } from '../pins.ts'
import { isRecord } from '../../json/record.ts'
import type { Attachment } from './attachment.ts'
import { ownedInTools, STORE_PREFIX } from './owned-stores.ts'
import type { UriRef } from './uri-ref.ts'

const STORAGE = /^\s*gs:/i
/** The Gemini API's caches are pinned instead, since their names tell of no project. */
const VERTEX_CACHE = /^\s*projects\//
const FILES_API = /^\s*https?:\/*(?:[^/]*@)?generativelanguage\.[^/]*googleapis\.com(?:[:/]|$)/i

/**
 * Whether Google would read the address with the credential's rights. In doubt true: only such addresses are checked.
 */
export function isOwned(uri: string): boolean {
  return STORAGE.test(uri) || FILES_API.test(uri) || fileIdIn(uri) !== null
}

/** The name of a cache, if it is one of Vertex AI's. */
export function ownedCache(cachedContent: string | undefined): readonly UriRef[] {
  return cachedContent !== undefined && VERTEX_CACHE.test(cachedContent)
    ? [{ uri: cachedContent, param: 'cached_content' }]
    : []
}

/** What an admin may allow: a bucket, a path within a bucket, all files of the Files API, or stores that tools name. */
export function isPrefix(text: string): boolean {
  return MEDIA_URI_PREFIX.test(text) || STORE_PREFIX.test(text)
}

const MEDIA_URI_PREFIX =
  /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\/[^\s\\]{0,700}$|^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[\w-]{0,200}$/

/** A path with `.` or `..` steps may lead out of the prefix that it begins with. */
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/

/**
 * `prefixes` must pass `isPrefix`: they include the slash after the name of the bucket or project, so that none
 * matches another. Pure.
 */
export function isAllowed(uri: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => uri.startsWith(prefix)) && !DOTS.test(uri)
}

export function ownedIn(
  attachments: readonly Pick<Attachment, 'part' | 'param'>[],
): readonly UriRef[] {
  return attachments.flatMap(({ part, param }) => {
    const uri = part.fileData?.fileUri
    return uri !== undefined && isOwned(uri) ? [{ uri, param }] : []
  })
}

/** Matches every JSON text that may name an owned address, including texts with escapes, which may hide one. */
const MAY_NAME =
  /gs:|files\/|generativelanguage|cached_?content|retrieval|auth_?config|file_?search|\\u00|\\\//i

/** Whether a JSON text may name an owned address. In doubt true. */
export function mayNameOwned(json: string): boolean {
  return MAY_NAME.test(json)
}

/**
 * The owned addresses in a request of Google's own format, wherever a `fileUri` stands: in results of functions, in
 * system instructions, or in fields that Google adds later. `text` is the JSON that `value` was parsed from, if the
 * caller has it: most texts show at once that there is nothing to find.
 */
export function ownedInJson(value: unknown, text?: string): readonly UriRef[] {
  if (text !== undefined && !mayNameOwned(text)) return []
  return ownedUnder(URI, value)
}

/** The same for a request that makes a cache, a batch or an interaction, where files have more names. */
export function ownedInThing(value: unknown): readonly UriRef[] {
  return ownedUnder(ANY_URI, value)
}

const URI = /^(?:file_?uri|output_?uri_?prefix)$/i
const ANY_URI = /^(?:file_?(?:uri|name)|gcs_?(?:uri|source)|output_?uri_?prefix|uri)$/i
const CACHE = /^cached_?content$/i
/** Fields that hold data of the model or the client. Google looks for no files in them. */
const DATA: readonly string[] = ['args', 'arguments', 'response']

function ownedUnder(names: RegExp, value: unknown): readonly UriRef[] {
  const found: UriRef[] = []
  // A stack instead of recursion: the client decides how deep the value is.
  const open: { readonly at: string; readonly value: unknown }[] = [{ at: '', value }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, value: inner } = next
    if (Array.isArray(inner)) {
      inner.forEach((item: unknown, index) => open.push({ at: `${at}[${index}]`, value: item }))
    } else if (isRecord(inner)) {
      for (const [name, item] of Object.entries(inner)) {
        const param = at === '' ? name : `${at}.${name}`
        if (typeof item !== 'string') {
          if (name === 'tools') found.push(...ownedInTools(item, param).toReversed())
          else if (!DATA.includes(name)) open.push({ at: param, value: item })
        } else if (CACHE.test(name) ? VERTEX_CACHE.test(item) : names.test(name) && isOwned(item)) {
          found.push({ uri: item, param })
        }
      }
    }
  }
  return found.toReversed()
}
