/**
 * POST /v1/files: passes the form's file on to Google piece by piece as it arrives (docs/performance.md: Uploads).
 * The fields behind the file may be wrong, so the last piece is sent only after the whole form was read and checked.
 */
import type { FileDialect } from '../../../dialects/file-dialect.ts'
import { SentFile } from '../../../bytes/sent-file.ts'
import type { Failure } from '../../../failure/failure.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import {
  beginCopy,
  type CopyBegun,
  type Keeper,
  keeperOf,
} from '../../../gateway/copies/keeping.ts'
import { PieceUpload } from '../../../gateway/copies/piece-upload.ts'
import type { Refused } from '../../../gateway/copies/upload-file.ts'
import { borrow, type Borrowed, keep } from '../../../gateway/things.ts'
import { canonicalType, isDoubtful, typeOfName } from '../../../gemini/media/media-types.ts'
import { sniff } from '../../../gemini/media/sniff.ts'
import { beginsAsText } from '../../../gemini/media/text-bytes.ts'
import { boundaryIn, FormParts, MALFORMED, UnreadableForm } from '../../../http/form-parts.ts'
import type { PartHead } from '../../../http/part-head.ts'
import { Upload } from '../../../http/unfinished-bodies.ts'
import type { Call, Handler } from '../../call.ts'
import { FILES, pinOf } from './kinds.ts'
import { borrowerOf } from './one.ts'
import { NO_FILE, refused, told } from './openai-files.ts'
import { keepCopy } from './upload.ts'

const MAX_NAME = 512
/** The most bytes that a form has besides its file. */
const MAX_REST_BYTES = 4096

export function createFile<Query, Told extends object>(files: FileDialect<Query, Told>): Handler {
  return async (call, holder) => {
    const { request, env } = call
    const { userId } = holder
    const boundary = boundaryIn(request.headers)
    if (boundary === null) return NO_FORM
    if (request.body === null) return EMPTY
    const borrowed = await borrow(borrowerOf(call, holder), { pins: [] })
    if (!borrowed.ok) return borrowed.failure
    const held = new Upload(userId, 0)
    const parts = new FormParts(request.body, boundary, held)
    const passing = new Passing(call, holder, borrowed, held)
    try {
      const stopped = await received(parts, passing)
      const read = stopped === null ? files.readForm(passing.fields) : null
      if (read?.ok !== true) {
        parts.cancel()
        call.ctx.waitUntil(passing.giveUp())
        return stopped === null ? (read?.failure ?? MALFORMED) : await refused(stopped.reply)
      }
      const uploaded = await passing.finish()
      if (!uploaded.ok) return await refused(uploaded.reply)
      const pin = pinOf(FILES, uploaded.file, Date.now())
      if (pin === null) return NO_FILE
      const { purpose } = read.value
      const { credentialId } = passing
      await keep({ env, userId }, [{ ...pin, purpose }], credentialId)
      await keepCopy({ env, userId, copy: passing.copy }, pin, uploaded.file)
      return told(files.toFile(uploaded.file, purpose), credentialId)
    } catch (error) {
      parts.cancel()
      call.ctx.waitUntil(passing.giveUp())
      if (error instanceof UnreadableForm) return error.failure
      throw error
    } finally {
      held.end()
    }
  }
}

/** Reads the form to its end. Null on success; otherwise why the file cannot be taken. */
async function received(parts: FormParts, passing: Passing): Promise<Refused | null> {
  for (let part = await parts.next(); part !== null; part = await parts.next()) {
    if (part.name !== 'file' || part.fileName === null) {
      if (part.fileName === null) passing.fields[part.name] = await parts.text()
      continue
    }
    let bytes = await parts.read()
    const upload = await passing.begin(part, part.fileName, bytes ?? new Uint8Array())
    if (upload === null) throw new UnreadableForm(TWO_FILES)
    for (; bytes !== null; bytes = await parts.read()) {
      const stopped = await upload(bytes)
      if (stopped !== null) return stopped
      parts.goOn()
    }
    passing.fields['file'] = new SentFile(part.fileName, passing.size)
  }
  return null
}

/** A form's file on its way to Google. */
class Passing {
  readonly fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  readonly #call: Call
  readonly #holder: KeyHolder
  readonly #borrowed: Borrowed
  readonly #held: Upload
  #upload: PieceUpload | null = null
  #keeper: Keeper | null = null
  copy: CopyBegun | null = null

  constructor(call: Call, holder: KeyHolder, borrowed: Borrowed, held: Upload) {
    this.#call = call
    this.#holder = holder
    this.#borrowed = borrowed
    this.#held = held
  }

  get size(): number {
    return this.#upload?.size ?? 0
  }

  get credentialId(): string {
    return this.#upload?.credentialId ?? this.#borrowed.credentialId
  }

  /**
   * Returns the function that takes the file's bytes. `first` are the first of them. Null if the form has had a file
   * already.
   */
  async begin(
    { type }: PartHead,
    name: string,
    first: Uint8Array,
  ): Promise<((bytes: Uint8Array) => Promise<Refused | null>) | null> {
    if (this.#upload !== null) return null
    const { env, request, settings } = this.#call
    const upload = new PieceUpload(borrowerOf(this.#call, this.#holder), this.#borrowed, {
      mimeType: typeOf(type, name, first),
      displayName: name.slice(0, MAX_NAME),
      held: this.#held,
    })
    this.#upload = upload
    const announced = Number(request.headers.get('content-length') ?? 0)
    const maxBytes = settings.maxCopiedFileBytes
    const { userId } = this.#holder
    const copy = beginCopy(Math.max(0, announced - MAX_REST_BYTES), maxBytes)
    const keeper = copy && (await keeperOf({ env, userId, copy, offset: 0, maxBytes }))
    this.copy = copy
    this.#keeper = keeper
    return async (bytes) => {
      await keeper?.add(bytes)
      return upload.add(bytes)
    }
  }

  async finish(): ReturnType<PieceUpload['finish']> {
    if (this.#upload === null) return { ok: false, reply: MALFORMED }
    await this.#keeper?.end()
    return this.#upload.finish()
  }

  async giveUp(): Promise<void> {
    await Promise.allSettled([this.#upload?.cancel(), this.#keeper?.drop()])
  }
}

/** How many of a file's first bytes are looked at. */
const HEAD_BYTES = 4096

/** Clients upload source code under any type, so the bytes decide whether a doubtful file is text. */
function typeOf(type: string, name: string, first: Uint8Array): string {
  const told = canonicalType(type)
  const named = typeOfName(name, 'file')
  if (told === null || isDoubtful(told)) {
    const head = first.subarray(0, HEAD_BYTES)
    if (sniff(head) === null && beginsAsText(head)) {
      return named?.startsWith('text/') === true ? named : 'text/plain'
    }
  }
  return told ?? named ?? 'application/octet-stream'
}

const NO_FORM: Failure = {
  reason: 'invalid_form',
  message: 'The request body must be multipart/form-data with a boundary.',
}

const EMPTY: Failure = {
  reason: 'invalid_form',
  message: 'The request body is empty; send a form.',
}

const TWO_FILES: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'file': a form may have one file.",
  param: 'file',
}
