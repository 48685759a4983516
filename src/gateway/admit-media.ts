/**
 * Checks the media of a request before Google gets any: how many there are, and how large they are. A file given by
 * address is fetched here. That makes Pollux send requests of its own, so the caller's key must have been checked
 * before.
 */
import { type Attachment, asText } from '../gemini/media/attachment.ts'
import { readersOf } from '../gemini/media/file-uris.ts'
import { canonicalType, isText, unfitness } from '../gemini/media/media-types.ts'
import { settledType } from '../gemini/media/sniff.ts'
import { textIn } from '../gemini/media/text-bytes.ts'
import type { Part } from '../gemini/types.ts'
import { byteLength } from '../bytes/base64.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Failure } from '../failure/failure.ts'
import type { Settings } from '../settings.ts'
import { type FetchedFile, fetchFile, type NotFetched, overBudget, tooLarge } from './fetch-file.ts'

interface Admission {
  readonly settings: Settings
  /** What was cut out of the request's strings. */
  readonly cuttings: Cuttings
  /** Aborted when the client leaves. */
  readonly clientSignal: AbortSignal
}

/** Whether any of these must be fetched: no upstream reads it where it is. */
export function needsFetch({ part }: Attachment): boolean {
  return part.fileData !== undefined && readersOf(part.fileData.fileUri) === null
}

/** Checks all media of a request and puts what it fetches in place of the addresses; null if all is well. */
export async function admitMedia(
  attachments: readonly Attachment[],
  { settings, cuttings, clientSignal }: Admission,
): Promise<Failure | null> {
  let left = settings.maxMediaBytes
  const take = (bytes: number): boolean => {
    left -= bytes
    return left >= 0
  }
  for (const { part, param } of attachments) {
    if (part.inlineData === undefined) continue
    const bytes = byteLength(part.inlineData.data, cuttings)
    if (bytes > settings.maxMediaPartBytes) {
      return failureOf(param, tooLarge(settings.maxMediaPartBytes))
    }
    if (!take(bytes)) return failureOf(param, overBudget(settings.maxMediaBytes))
  }
  const remote = attachments.filter(needsFetch)
  const [excess] = remote.slice(settings.maxRemoteMedia)
  if (excess !== undefined) {
    const why = `is one too many: a request may name ${settings.maxRemoteMedia} files to be fetched`
    return failureOf(excess.param, { ok: false, why })
  }
  if (remote.length === 0) return null
  const control = new AbortController()
  const deadline = AbortSignal.timeout(settings.mediaFetchTimeoutMs)
  const signal = AbortSignal.any([control.signal, deadline, clientSignal])
  const failures = remote.map(async (attachment) => {
    const failure = await fetchInto(attachment, { settings, signal, take })
    // If one file is missing the request fails, so the others are not waited for.
    if (failure !== null) control.abort()
    return failure
  })
  const failed = await firstOf(failures)
  await Promise.all(failures)
  return failed
}

/** Never rejects. */
async function fetchInto(
  { part, param, kind, fileName }: Attachment,
  fetching: Parameters<typeof fetchFile>[1],
): Promise<Failure | null> {
  const { fileUri = '', mimeType = null } = part.fileData ?? {}
  let file: FetchedFile | NotFetched
  try {
    file = await fetchFile(fileUri, fetching)
  } catch {
    // What went wrong with a stranger's server is told only in general terms.
    const why = fetching.signal.aborted ? 'could not be fetched in time' : 'could not be fetched'
    return failureOf(param, { ok: false, why })
  }
  if (!file.ok) return failureOf(param, file)
  const declared = canonicalType(file.contentType) ?? mimeType
  // Servers send error pages under any type. The first bytes say whether this really is a picture or a PDF.
  const isTelling = kind === 'image' || mimeType === 'application/pdf'
  const isUntold = kind === 'file' && file.seenType === null && !isTelling
  const text = isUntold ? textIn(file.bytes) : null
  if (text !== null) return replace(part, { text: asText(fileName, text) })
  const type = isTelling ? file.seenType : settledType(declared, file.seenType)
  if (type === null) {
    return failureOf(param, {
      ok: false,
      why: `is not ${kind === 'image' ? 'an image' : 'such a file'}`,
    })
  }
  if (kind === 'file' && isText(type))
    return replace(part, { text: asText(fileName, new TextDecoder().decode(file.bytes)) })
  const unfit = unfitness(type, kind)
  if (unfit !== null) return failureOf(param, { ok: false, why: unfit })
  return replace(part, { inlineData: { mimeType: type, data: file.bytes.toBase64() } })
}

function replace(part: Part, by: Pick<Part, 'inlineData' | 'text'>): null {
  delete part.fileData
  Object.assign(part, by)
  return null
}

/** The failure that happens first, wherever it stands in the list; null if there is none. */
function firstOf(failures: readonly Promise<Failure | null>[]): Promise<Failure | null> {
  const found = failures.map(
    async (failure) => (await failure) ?? Promise.reject(new Error('none')),
  )
  return Promise.any(found).catch(() => null)
}

function failureOf(param: string, { why }: NotFetched): Failure {
  return { reason: 'invalid_value', message: `Invalid value: '${param}' ${why}.`, param }
}
