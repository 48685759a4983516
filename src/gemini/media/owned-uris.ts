/**
 * Addresses that Google reads with the rights of whoever's credential it is: `gs://` of Cloud Storage and files of the Files API. A
 * client that may name any of them reads what the credential's owner can, so a user may name only what an admin has allowed, and
 * files that went up through the user's own ring.
 */
import { fileIdIn } from '../pins.ts'
import { isRecord } from '../../json/record.ts'
import type { Attachment } from './attachment.ts'

/** An address that a request names, and where. */
export interface UriRef {
  readonly uri: string
  /** `contents[0].parts[1].fileData.fileUri` */
  readonly param: string
}

const STORAGE = /^\s*gs:/i
const FILES_API = /^\s*https?:\/*(?:[^/]*@)?generativelanguage\.[^/]*googleapis\.com(?:[:/]|$)/i

/** Whether Google would read it with the credential's rights; more rather than less, since it is what is checked. */
export function isOwned(uri: string): boolean {
  return STORAGE.test(uri) || FILES_API.test(uri) || fileIdIn(uri) !== null
}

/** What an admin may allow: a bucket, or what of it begins so; or all files of the Files API. */
export const MEDIA_URI_PREFIX =
  /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\/[^\s\\]{0,700}$|^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[\w-]{0,200}$/

/** Where a name goes up and down, what it begins with says nothing. */
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/

/** `prefixes`: as MEDIA_URI_PREFIX has them, with the bucket's slash at the least, so that none leads to another bucket. Pure. */
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

/** What the JSON of a request holds that names one that names one; escapes as well, behind which anything may be. */
const MAY_NAME = /gs:|files\/|generativelanguage|\\u00|\\\//i

/**
 * The same in a request that is in Google's own words: wherever in it a `fileUri` stands, in results of functions, system
 * instructions and whatever Google adds next. `text`: the JSON that `value` was parsed from, where it is at hand: most need no
 * second look.
 */
export function ownedInJson(value: unknown, text?: string): readonly UriRef[] {
  if (text !== undefined && !MAY_NAME.test(text)) return []
  return ownedUnder(FILE_URI, value)
}

/** The same in what makes a cache, a batch or an interaction, where files stand under more names. */
export function ownedInThing(value: unknown): readonly UriRef[] {
  return ownedUnder(ANY_URI, value)
}

const FILE_URI = /^file(?:Uri|_uri)$/
const ANY_URI = /^(?:file_?(?:uri|name)|gcs_?(?:uri|source)|uri)$/i
/** What is the model's or the client's own data, in which Google looks for no files. */
const DATA: readonly string[] = ['args', 'arguments', 'response']

function ownedUnder(names: RegExp, value: unknown): readonly UriRef[] {
  const found: UriRef[] = []
  // A list and no recursion: how deep it goes is the client's to say.
  const open: { readonly at: string; readonly value: unknown }[] = [{ at: '', value }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, value: inner } = next
    if (Array.isArray(inner)) {
      inner.forEach((item: unknown, index) => open.push({ at: `${at}[${index}]`, value: item }))
    } else if (isRecord(inner)) {
      for (const [name, item] of Object.entries(inner)) {
        const param = at === '' ? name : `${at}.${name}`
        if (typeof item !== 'string') {
          if (!DATA.includes(name)) open.push({ at: param, value: item })
        } else if (names.test(name) && isOwned(item)) found.push({ uri: item, param })
      }
    }
  }
  return found.toReversed()
}
