/** Events on the wire: SSE (docs/google.md: Streams), or one JSON array if `alt=sse` is missing. */
import type { JsonObject } from '../json.ts'
import type { SseOptions } from '../protocol.ts'

const NEWLINES = { lf: '\n', crlf: '\r\n', cr: '\r' } as const

export interface Frame {
  text: string
  /** how many events the frame completes */
  events: number
}

export function sseFrames(events: JsonObject[], options: SseOptions = {}): Frame[] {
  const newline = NEWLINES[options.newline ?? 'crlf']
  const comment = options.comments ? `: keep-alive${newline}${newline}` : ''
  return events.map((event, index) => {
    const isCut = options.missingFinalNewline === true && index === events.length - 1
    const end = isCut ? '' : newline + newline
    return { text: `${comment}data: ${JSON.stringify(event)}${end}`, events: 1 }
  })
}

/** A line of bare JSON, as an error inside a 200 stream may come (docs/google.md: Gemini API). */
export function bareFrame(event: JsonObject, options: SseOptions = {}): Frame {
  const newline = NEWLINES[options.newline ?? 'crlf']
  return { text: `${JSON.stringify(event)}${newline}${newline}`, events: 1 }
}

export function arrayFrames(events: JsonObject[]): Frame[] {
  const frames = events.map((event, index) => ({
    text: `${index === 0 ? '[' : '\r\n,\r\n'}${JSON.stringify(event, null, 2)}`,
    events: 1,
  }))
  return [...frames, { text: frames.length === 0 ? '[]' : '\r\n]', events: 0 }]
}
