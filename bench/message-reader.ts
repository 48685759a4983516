/** Finds the ends of successive HTTP/1.1 messages on a connection, and keeps nothing of their bodies. */
export class MessageReader {
  readonly #onEnd: (head: string) => void
  #head = ''
  #isInBody = false
  /** Bytes left of a body with a known length; NaN for a chunked body. */
  #left = 0
  #tail = ''

  constructor(onEnd: (head: string) => void) {
    this.#onEnd = onEnd
  }

  push(data: Buffer): void {
    let body = data
    if (!this.#isInBody) {
      this.#head += data.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end === -1) return
      body = data.subarray(data.length - (this.#head.length - end - 4))
      this.#head = this.#head.slice(0, end)
      this.#isInBody = true
      this.#tail = ''
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1]
      const isChunked = /\r\ntransfer-encoding: *chunked/i.test(this.#head)
      this.#left = isChunked ? Number.NaN : Number(length ?? 0)
    }
    if (!this.#ends(body)) return
    const head = this.#head
    this.#isInBody = false
    this.#head = ''
    this.#onEnd(head)
  }

  /** No message here is sent before the answer to the last one, so a message ends where the data end. */
  #ends(body: Buffer): boolean {
    if (Number.isNaN(this.#left)) {
      this.#tail = (this.#tail + body.subarray(-5).toString('latin1')).slice(-5)
      return this.#tail === '0\r\n\r\n'
    }
    this.#left -= body.length
    return this.#left <= 0
  }
}
