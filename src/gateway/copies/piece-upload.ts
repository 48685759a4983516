import type { Upload } from '../../http/unfinished-bodies.ts'
import { notReadFailure } from '../../http/body.ts'
import { inTurn } from '../in-turn.ts'
import type { Borrowed, Borrower } from '../things.ts'
import {
  beginUpload,
  fileIn,
  type FileToUpload,
  type Refused,
  sendPiece,
  type Uploaded,
} from './upload-file.ts'

/**
 * This much of each upload is in memory. It is half of what Google's own SDKs use. All pieces but the last must be
 * multiples of 256 KiB.
 */
const PIECE_BYTES = 4_194_304
const FIRST_BYTES = 65_536
/** Writing a chunk copies it. */
const WRITE_BYTES = 131_072

/**
 * Uploads a file whose length is unknown until its end, and holds one piece of it in memory. For Google the file
 * exists only after `finish` has sent the last piece, so the rest of a form can be checked before.
 */
export class PieceUpload {
  readonly #borrower: Borrower
  readonly #about: Pick<FileToUpload, 'mimeType' | 'displayName'>
  readonly #held: Upload
  #piece = new ArrayBuffer(FIRST_BYTES)
  #filled = 0
  #sent = 0
  #borrowed: Borrowed
  #url: string | null = null

  /** `held` counts the memory of all of the client's uploads, including this one's piece. */
  constructor(
    borrower: Borrower,
    borrowed: Borrowed,
    { held, ...about }: Pick<FileToUpload, 'mimeType' | 'displayName'> & { readonly held: Upload },
  ) {
    this.#borrower = borrower
    this.#borrowed = borrowed
    this.#about = about
    this.#held = held
  }

  /** Whose file it is: another's than the one lent, if Google has not accepted that. */
  get credentialId(): string {
    return this.#borrowed.credentialId
  }

  /** How many bytes of the file have arrived so far. */
  get size(): number {
    return this.#sent + this.#filled
  }

  /**
   * Takes the next bytes of the file and copies them. Null on success; otherwise why Google or Pollux takes no more.
   */
  async add(bytes: Uint8Array): Promise<Refused | null> {
    for (let at = 0; at < bytes.byteLength;) {
      if (this.#filled === PIECE_BYTES) {
        const sent = await this.#send(false)
        if (!sent.ok) return sent
        await sent.answer.body?.cancel()
      }
      const many = Math.min(PIECE_BYTES - this.#filled, bytes.byteLength - at)
      if (!this.#grow(this.#filled + many)) {
        return { ok: false, reply: notReadFailure('too_many', 0) }
      }
      new Uint8Array(this.#piece).set(bytes.subarray(at, at + many), this.#filled)
      this.#filled += many
      at += many
    }
    return null
  }

  /** Sends the last piece and returns the file as Google describes it. */
  async finish(): Promise<Uploaded> {
    const sent = await this.#send(true)
    return sent.ok ? fileIn(sent.answer) : sent
  }

  /** Tells Google that no more will come. What it has received does not become a file. */
  async cancel(): Promise<void> {
    if (this.#url === null) return
    const headers = { 'x-goog-upload-command': 'cancel' }
    const answer = await fetch(this.#url, { method: 'POST', headers, redirect: 'manual' })
    await answer.body?.cancel()
  }

  async #send(isLast: boolean): ReturnType<typeof sendPiece> {
    if (this.#url === null) {
      const bytes = isLast ? this.#filled : null
      const begin = ({ access }: Borrowed): ReturnType<typeof beginUpload> =>
        beginUpload(this.#borrower, access, { ...this.#about, bytes })
      const { borrowed, done } = await inTurn(this.#borrower, this.#borrowed, begin)
      this.#borrowed = borrowed
      if (!done.ok) return done
      this.#url = done.url
    }
    const piece = new Uint8Array(this.#piece, 0, this.#filled)
    const sent = await sendPiece(this.#borrower, this.#borrowed.access, this.#url, {
      body: streamOf(piece),
      bytes: piece.byteLength,
      offset: this.#sent,
      isLast,
    })
    this.#sent += this.#filled
    this.#filled = 0
    return sent
  }

  #grow(bytes: number): boolean {
    if (bytes <= this.#piece.byteLength) return true
    const larger = Math.min(Math.max(2 * this.#piece.byteLength, bytes), PIECE_BYTES)
    if (!this.#held.grow(larger)) return false
    this.#piece = this.#piece.transfer(larger)
    return true
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= bytes.byteLength) return controller.close()
        controller.enqueue(bytes.subarray(at, at + WRITE_BYTES))
        at += WRITE_BYTES
      },
    },
    { highWaterMark: 0 },
  )
}
