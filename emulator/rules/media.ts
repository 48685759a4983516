/** Inline and linked media (docs/google.md: One upstream's fields, Errors by status). */
import { failure, invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Part } from '../proto/types.ts'
import { noFile, notActive } from '../resources/owner.ts'
import type { Subject } from './subject.ts'

const EMPTY_INLINE =
  'Unable to submit request because it has an empty inlineData parameter. Add a value to the parameter and try again.'
const EMPTY_MIME =
  'Unable to submit request because it has an empty mimeType parameter in fileData. Add a value to the parameter and try again.'

const MIME_TYPES = [
  /^image\/(?:png|jpeg|jpg|webp|heic|heif)$/,
  /^audio\//,
  /^video\//,
  /^text\//,
  /^application\/(?:pdf|json|x-javascript|javascript|x-python|rtf|x-www-form-urlencoded)$/,
]

const OWN_FILE =
  /^https:\/\/generativelanguage\.googleapis\.com\/v1(?:beta|alpha)?\/files\/(?<id>[^/]+)$/

/** Addresses that the Gemini API fetches besides its own files. */
const GEMINI_FILES = [/^https:\/\/(?:www\.)?(?:youtube\.com\/watch|youtu\.be\/)/]

export function checkMedia(subject: Subject): Failure | undefined {
  for (const { parts = [] } of subject.request.contents ?? []) {
    for (const part of parts) {
      const failed = checkInline(part) ?? checkFile(subject, part)
      if (failed) return failed
    }
  }
  return undefined
}

function checkInline({ inlineData }: Part): Failure | undefined {
  if (!inlineData) return undefined
  if (!inlineData.data) return invalidArgument(EMPTY_INLINE)
  return checkMime(inlineData.mimeType ?? '')
}

function checkFile({ upstream, own }: Subject, { fileData }: Part): Failure | undefined {
  if (!fileData) return undefined
  const { fileUri = '', mimeType } = fileData
  if (fileUri === '') return invalidArgument('Request contains an invalid argument.')
  if (upstream === 'gemini-api') {
    const id = OWN_FILE.exec(fileUri)?.groups?.['id']
    if (id !== undefined) return checkOwn(own, id)
    const isKnown = GEMINI_FILES.some((pattern) => pattern.test(fileUri))
    return isKnown ? undefined : invalidArgument(`Unsupported file URI type: ${fileUri}`)
  }
  if (!mimeType) return invalidArgument(EMPTY_MIME)
  // Code Assist does not fetch from the web (docs/google.md: Code Assist).
  const isWeb = /^https?:/.test(fileUri)
  if (upstream === 'code-assist' && isWeb) return failure(404, 'Requested entity was not found.')
  return checkMime(mimeType)
}

function checkOwn(own: Subject['own'], id: string): Failure | undefined {
  if (!own) return undefined
  const state = own.file(id)
  if (state === undefined) return noFile(id)
  return state === 'ACTIVE' ? undefined : notActive(id)
}

function checkMime(mimeType: string): Failure | undefined {
  const [bare = ''] = mimeType.toLowerCase().split(';', 1)
  const isSupported = MIME_TYPES.some((pattern) => pattern.test(bare))
  return isSupported ? undefined : invalidArgument(`Unsupported MIME type: ${mimeType}`)
}
