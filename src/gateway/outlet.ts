/** The client's end of a stream: text in, bytes out. Several may write to it; whoever opened it closes it. */
export class Outlet {
  /** For the response. */
  readonly body: ReadableStream<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter
  readonly #utf8 = new TextEncoder()

  constructor() {
    const { readable, writable } = new IdentityTransformStream()
    this.body = readable
    this.#writer = writable.getWriter()
  }

  /** Resolves when the client has taken it; rejects where the client has left. */
  write(frames: string): Promise<void> {
    return this.#writer.write(this.#utf8.encode(frames))
  }

  /** Gives up on a client that takes nothing more. */
  abort(reason: string): void {
    this.#writer.abort(reason).catch(() => undefined) // it has left already
  }

  async close(): Promise<void> {
    await this.#writer.close().catch(() => undefined) // the client has left: there is nothing to close
  }
}
