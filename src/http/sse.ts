/**
 * Reads server-sent events as Google writes them (WHATWG HTML, "Server-sent events"; docs/google.md: Streams, Gemini
 * API): `data:` lines that end in LF, CRLF or CR, comments, and events that reads split anywhere. Two things go
 * beyond the standard, and Google was seen to send both: an error may come as bare JSON without `data:`, and the last
 * event may lack its blank line.
 */
export class SseParser {
  /**
   * Pieces of the unfinished line. They are joined only once, so that the cost of a long line grows no faster than
   * its length.
   */
  #pieces: string[] = []
  /** The payload of the current event so far; null before its first `data:` line. */
  #data: string | null = null
  #isBare = false
  #skipsLf = false

  /** The payloads that `text` completes, in order. */
  push(text: string): string[] {
    const payloads: string[] = []
    let start = 0
    if (this.#skipsLf && text !== '') {
      // The second half of a CRLF that was split between two reads.
      if (text.charCodeAt(0) === LF) start = 1
      this.#skipsLf = false
    }
    // Each is searched for again only when it has been passed: most streams have no CR, or no CR without an LF.
    let lf = text.indexOf('\n', start)
    let cr = text.indexOf('\r', start)
    while (!this.#isBare && (lf !== -1 || cr !== -1)) {
      const at = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf
      this.#line(this.#endOfLine(text.slice(start, at)), payloads)
      start = at === cr && lf === cr + 1 ? lf + 1 : at + 1
      this.#skipsLf = at === text.length - 1 && at === cr
      if (lf !== -1 && lf < start) lf = text.indexOf('\n', start)
      if (cr !== -1 && cr < start) cr = text.indexOf('\r', start)
    }
    if (start < text.length) this.#pieces.push(text.slice(start))
    return payloads
  }

  /** The payloads that only the end of the stream completes. */
  end(): string[] {
    const payloads: string[] = []
    const rest = this.#take()
    if (this.#isBare) return [rest]
    if (rest !== '') this.#line(rest, payloads)
    if (this.#isBare) return [this.#take()]
    this.#line('', payloads)
    return payloads
  }

  #line(line: string, payloads: string[]): void {
    if (line === '') {
      if (this.#data !== null && this.#data !== '') payloads.push(this.#data)
      this.#data = null
    } else if (line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === SPACE ? 6 : 5)
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`
    } else if (this.#data === null && (line.startsWith('{') || line.startsWith('['))) {
      // Bare JSON goes on to the end of the stream, whatever its lines look like.
      this.#isBare = true
      this.#pieces.push(line, '\n')
    }
  }

  /** The line that ends with `end`. Nearly always the whole line came with one read. */
  #endOfLine(end: string): string {
    if (this.#pieces.length === 0) return end
    this.#pieces.push(end)
    return this.#take()
  }

  #take(): string {
    const line = this.#pieces.join('')
    this.#pieces = []
    return line
  }
}

const SPACE = 32
const LF = 10
