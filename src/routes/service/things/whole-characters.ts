import { isRecord } from '../../../json/record.ts'
import { parsed } from '../../../json/parsed.ts'
import { toWellFormedJson, WholeCharacters, wellFormedJson } from '../../../json/well-formed.ts'

const HALF = /\\u[dD][89a-fA-F]/
const DATA = 'data:'
const LINE = '\n'

/**
 * Passes the events of an interaction's stream on as Google wrote them, but for halves of surrogate pairs: what Google
 * split between two pieces of a step is put together, and any other half becomes U+FFFD. One with which a text ends is
 * left out: no piece follows that could hold it.
 */
export function wholeCharacters(): TransformStream<Uint8Array, Uint8Array> {
  const events = new WholeSteps()
  const utf8 = new TextDecoder()
  const encoder = new TextEncoder()
  /** The line that has not ended yet: an escape in it may be split between two reads. */
  let pieces: string[] = []
  const linesIn = (text: string): string => {
    const end = text.lastIndexOf(LINE) + 1
    if (end === 0) {
      pieces.push(text)
      return ''
    }
    const ended = pieces.join('') + text.slice(0, end)
    pieces = [text.slice(end)]
    return ended
  }
  return new TransformStream({
    transform(chunk, controller) {
      const ended = linesIn(utf8.decode(chunk, { stream: true }))
      if (ended !== '') controller.enqueue(encoder.encode(events.told(ended)))
    },
    flush(controller) {
      const rest = events.told(pieces.join('') + utf8.decode())
      if (rest !== '') controller.enqueue(encoder.encode(rest))
    },
  })
}

/** Most text has no half, and is passed on unread. */
class WholeSteps {
  /** The texts under way, by step and kind of text. Few: whatever is whole is forgotten. */
  readonly #texts = new Map<string, WholeCharacters>()

  /** Whole lines, as the client is told them. */
  told(lines: string): string {
    if (this.#texts.size === 0 && !HALF.test(lines)) return lines
    return lines
      .split(LINE)
      .map((line) => (line.startsWith(DATA) ? this.#line(line) : line))
      .join(LINE)
  }

  #line(line: string): string {
    if (this.#texts.size === 0 && !HALF.test(line)) return line
    const event = parsed(line.slice(DATA.length))
    const delta = isRecord(event) ? event['delta'] : null
    if (!isRecord(event) || !isRecord(delta)) return wellFormedJson(line)
    const told: Record<string, unknown> = { ...delta }
    for (const name of ['text', 'arguments']) {
      const piece = delta[name]
      if (typeof piece === 'string') {
        told[name] = this.#next(`${String(event['index'])} ${String(delta['type'])} ${name}`, piece)
      }
    }
    const end = line.endsWith('\r') ? '\r' : ''
    return `${DATA} ${toWellFormedJson({ ...event, delta: told })}${end}`
  }

  #next(key: string, piece: string): string {
    const characters = this.#texts.get(key) ?? new WholeCharacters()
    const text = characters.next(piece)
    if (characters.isCut) this.#texts.set(key, characters)
    else this.#texts.delete(key)
    return text
  }
}
