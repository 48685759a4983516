/**
 * Which files Gemini reads, by MIME type (docs/google.md: Parts, Errors by status). Also finds the type when a client
 * names none, or names it otherwise than Google does.
 */
export type MediaKind = 'image' | 'audio' | 'video' | 'file'

/** What each kind must be, in the words of error messages. */
export const NOUNS: Readonly<Record<MediaKind, string>> = {
  image: 'an image that Gemini reads: PNG, JPEG, WebP, HEIC or HEIF',
  audio: 'a sound file that Gemini reads, such as WAV, MP3, FLAC, OGG or AAC',
  video: 'a video that Gemini reads, such as MP4, WebM, MOV or MPEG',
  file: 'a file that Gemini reads: PDF, text, an image, sound or video',
}

const READ: readonly RegExp[] = [
  /^image\/(?:png|jpeg|webp|heic|heif)$/,
  /^audio\/[\w.+-]+$/,
  /^video\/[\w.+-]+$/,
  /^text\/[\w.+-]+$/,
  /^application\/(?:pdf|json|x-javascript|x-python|rtf)$/,
]

function fitsKind(mimeType: string, kind: MediaKind): boolean {
  if (kind === 'file' || mimeType.startsWith(`${kind}/`)) return true
  // These containers hold sound as well as film, and a recording of sound is often named after its container.
  return kind === 'audio' && /^video\/(?:mp4|webm|mpeg|quicktime)$/.test(mimeType)
}

/** Why a file of this type cannot be a part of this kind; null if it can. */
export function unfitness(mimeType: string, kind: MediaKind): string | null {
  const isRead = READ.some((pattern) => pattern.test(mimeType))
  if (isRead && fitsKind(mimeType, kind)) return null
  const what = /^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType.slice(0, 80) : 'of an unknown type'
  return `is ${what}, which is not ${NOUNS[kind]}`
}

/** Whether a file said to be of this type may be text: Google does not read the type, or it is film or sound. */
export function isDoubtful(mimeType: string): boolean {
  return /^(?:video|audio)\//.test(mimeType) || unfitness(mimeType, 'file') !== null
}

const TEXT =
  /^text\/|\+(?:json|xml)$|^application\/(?:json|xml|yaml|toml|sql|javascript|typescript|x-(?:javascript|python|sh|yaml|ndjson))$/

/** Whether the content of the file is text, SVG included. Such a file goes to Google as text. */
export function isText(mimeType: string): boolean {
  return TEXT.test(mimeType)
}

const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/x-png', 'image/png'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/mpga', 'audio/mpeg'],
  ['audio/x-mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
  ['audio/wave', 'audio/wav'],
  ['audio/vnd.wave', 'audio/wav'],
  ['audio/x-m4a', 'audio/mp4'],
  ['audio/m4a', 'audio/mp4'],
  ['audio/x-flac', 'audio/flac'],
  ['audio/x-aac', 'audio/aac'],
  ['video/mov', 'video/quicktime'],
  ['application/x-pdf', 'application/pdf'],
])
/** Types that say nothing about the content. */
const UNTOLD = new Set([
  '',
  'application/octet-stream',
  'binary/octet-stream',
  'application/binary',
])

/** Google's name for a type: lower case, without parameters. Null if the type says nothing. */
export function canonicalType(mimeType: string | null): string | null {
  const [bare = ''] = (mimeType ?? '').toLowerCase().split(';', 1)
  const name = bare.trim()
  return UNTOLD.has(name) ? null : (SAME_AS.get(name) ?? name)
}

/** Values of OpenAI's `input_audio.format`, and what other clients write there (docs/clients.md: Messages). */
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['mpeg', 'audio/mpeg'],
  ['mpga', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['flac', 'audio/flac'],
  ['aac', 'audio/aac'],
  ['aiff', 'audio/aiff'],
  ['webm', 'audio/webm'],
  ['m4a', 'audio/mp4'],
  ['mp4', 'audio/mp4'],
  ['pcm16', 'audio/pcm'],
  ['pcm', 'audio/pcm'],
  ['g711', 'audio/basic'],
  ['g711_ulaw', 'audio/basic'],
])

const VIDEO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['mp4', 'video/mp4'],
  ['m4v', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['mpg', 'video/mpeg'],
  ['mov', 'video/quicktime'],
  ['avi', 'video/x-msvideo'],
  ['webm', 'video/webm'],
  ['wmv', 'video/x-ms-wmv'],
  ['flv', 'video/x-flv'],
  ['3gp', 'video/3gpp'],
  ['3gpp', 'video/3gpp'],
  ['mkv', 'video/x-matroska'],
])

const OTHER_EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['gif', 'image/gif'],
  ['svg', 'image/svg+xml'],
  ['pdf', 'application/pdf'],
  ['json', 'application/json'],
  ['rtf', 'application/rtf'],
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['css', 'text/css'],
  ['xml', 'text/xml'],
  ['yaml', 'text/yaml'],
  ['yml', 'text/yaml'],
  ['js', 'text/javascript'],
  ['ts', 'text/x-typescript'],
  ['py', 'text/x-python'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['zip', 'application/zip'],
])

/** The values that `format` of a sound or a film may have. */
export const FORMATS = { audio: [...AUDIO_FORMATS.keys()], video: [...VIDEO_FORMATS.keys()] }

/** The type that a format stands for. The format is a key of the tables or a MIME type; null if it is neither. */
export function typeOfFormat(format: string, kind: 'audio' | 'video'): string | null {
  const name = format.trim().toLowerCase()
  if (name.includes('/')) return canonicalType(name)
  return (kind === 'audio' ? AUDIO_FORMATS : VIDEO_FORMATS).get(name) ?? null
}

/** The type that the extension of a file's name stands for; null if it is unknown. */
export function typeOfName(name: string, kind: MediaKind): string | null {
  const [, extension] = /\.([a-z0-9]{1,5})$/i.exec(name) ?? []
  if (extension === undefined) return null
  const key = extension.toLowerCase()
  const sound = AUDIO_FORMATS.get(key)
  const film = VIDEO_FORMATS.get(key)
  return (kind === 'audio' ? (sound ?? film) : (film ?? sound)) ?? OTHER_EXTENSIONS.get(key) ?? null
}
