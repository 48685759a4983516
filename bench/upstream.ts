/**
 * A Google that costs almost nothing, in a process of its own. It reads requests without looking at them, and answers
 * as its parent last told it. It speaks HTTP by hand, since node's own server would be the bottleneck.
 */
import { createServer, type Socket } from 'node:net'
import { MessageReader } from './message-reader.ts'

/** The answer to every request. */
export type Answer =
  | { readonly kind: 'reply' }
  /** Events of 64 characters at full speed: in one write, or each in its own. */
  | { readonly kind: 'burst'; readonly events: number; readonly write: 'together' | 'apart' }
  /** Events at intervals, each with the time at which it was written. */
  | { readonly kind: 'paced'; readonly events: number; readonly gapMs: number }

const TEXT_CHARS = 64
const USAGE = {
  promptTokenCount: 9,
  candidatesTokenCount: 12,
  totalTokenCount: 21,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
}
const END = { finishReason: 'STOP' }

function event(text: string, more: object = {}): string {
  const candidate = { content: { parts: [{ text }], role: 'model' }, index: 0, ...more }
  return JSON.stringify({
    candidates: [candidate],
    usageMetadata: USAGE,
    modelVersion: 'gemini-2.5-flash',
    responseId: 'mT0gad3LKoSdnsEP1c6g4A8',
  })
}

/** An event in a chunk of its own, as Google sends it. */
function chunk(json: string): string {
  const data = `data: ${json}\r\n\r\n`
  return `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`
}

const REPLY_JSON = event('Many hands make light work, they say.', END)
const REPLY = `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: ${Buffer.byteLength(REPLY_JSON)}\r\n\r\n${REPLY_JSON}`
const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const STREAM_END = '0\r\n\r\n'
const WORDS = 'the quick brown fox jumps over the lazy dog and then over it again '

let answer: Answer = { kind: 'reply' }

const server = createServer({ noDelay: true }, (socket) => {
  const reader = new MessageReader(() => respond(socket, answer))
  socket.on('data', (data) => reader.push(data))
  socket.on('error', () => socket.destroy())
})

function respond(socket: Socket, to: Answer): void {
  if (to.kind === 'reply') socket.write(REPLY)
  else if (to.kind === 'paced') pace(socket, to.events, to.gapMs)
  else burst(socket, to.events, to.write)
}

const EVENT = Buffer.from(chunk(event(WORDS.slice(0, TEXT_CHARS))))
const LAST_EVENT = Buffer.from(chunk(event('', END)) + STREAM_END)

function burst(socket: Socket, events: number, write: 'together' | 'apart'): void {
  if (write === 'together') {
    const all = [Buffer.from(STREAM_HEAD), ...Array<Buffer>(events - 1).fill(EVENT), LAST_EVENT]
    socket.write(Buffer.concat(all))
    return
  }
  socket.write(STREAM_HEAD)
  let left = events
  const next = (): void => {
    if (socket.destroyed) return
    socket.write(--left > 0 ? EVENT : LAST_EVENT)
    if (left > 0) setImmediate(next)
  }
  next()
}

function pace(socket: Socket, events: number, gapMs: number): void {
  let left = events
  socket.write(STREAM_HEAD)
  const timer = setInterval(() => {
    if (--left > 0) {
      const stamp = `t=${process.hrtime.bigint()};`
      socket.write(chunk(event(stamp.padEnd(TEXT_CHARS, WORDS))))
      return
    }
    stop()
    socket.write(LAST_EVENT)
  }, gapMs)
  // A connection serves many requests: each must leave no listener behind.
  const stop = (): void => {
    clearInterval(timer)
    socket.off('close', stop)
  }
  socket.once('close', stop)
}

process.on('message', (to: Answer) => {
  answer = to
  process.send?.('ready')
})
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : null)
})
