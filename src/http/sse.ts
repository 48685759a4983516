/**
 * Server-sent events as Google writes them (WHATWG HTML §9.2; google-upstreams §2.6, §3.2): `data:` lines, LF, CRLF or CR,
 * comments, events split anywhere between reads. Two things beyond the standard, both seen from Google: an error may come as
 * bare JSON without `data:`, and the last event may lack its blank line.
 */
export class SseParser {
  #rest = ''
  #data: string | null = null
  /** Bare JSON: from its first line to the end of the stream. */
  #bare: string | null = null

  /** The payloads that `text` completes, in order. */
  push(text: string): string[] {
    if (this.#bare !== null) {
      this.#bare += text
      return []
    }
    const payloads: string[] = []
    const buffer = this.#rest + text
    let start = 0
    for (;;) {
      const end = lineEnd(buffer, start)
      if (end === null) break
      const line = buffer.slice(start, end.at)
      if (this.#data === null && isBareJson(line)) {
        this.#bare = buffer.slice(start)
        this.#rest = ''
        return payloads
      }
      this.#line(line, payloads)
      start = end.next
    }
    this.#rest = buffer.slice(start)
    return payloads
  }

  /** The payloads that only the end of the stream completes. */
  end(): string[] {
    const payloads: string[] = []
    const bare = this.#bare ?? (isBareJson(this.#rest) ? this.#rest : null)
    if (bare === null && this.#rest !== '') this.#line(this.#rest.replace(/\r$/, ''), payloads)
    const last = bare ?? this.#data
    this.#rest = ''
    this.#data = null
    this.#bare = null
    return last === null ? payloads : [...payloads, last]
  }

  #line(line: string, payloads: string[]): void {
    if (line === '') {
      if (this.#data !== null) payloads.push(this.#data)
      this.#data = null
    } else if (line.startsWith('data:')) {
      const value = line.charCodeAt(5) === SPACE ? line.slice(6) : line.slice(5)
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`
    }
  }
}

const SPACE = 32

function isBareJson(line: string): boolean {
  return line.startsWith('{') || line.startsWith('[')
}

/** The first line end at or after `from`. A CR at the very end of the buffer is not one yet: its LF may be in the next read. */
function lineEnd(buffer: string, from: number): { at: number; next: number } | null {
  const lf = buffer.indexOf('\n', from)
  const cr = buffer.indexOf('\r', from)
  if (cr !== -1 && (lf === -1 || cr < lf)) {
    if (cr === buffer.length - 1) return null
    return { at: cr, next: buffer.charCodeAt(cr + 1) === 10 ? cr + 2 : cr + 1 }
  }
  return lf === -1 ? null : { at: lf, next: lf + 1 }
}
