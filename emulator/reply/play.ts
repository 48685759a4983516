/** Plays a stream as scripted: cut into writes, delayed, broken off or left hanging. */
import type { Reply, SseOptions } from '../protocol.ts'
import type { Frame } from './frames.ts'

export type Step =
  | { kind: 'write'; bytes: Uint8Array; events: number }
  | { kind: 'wait'; ms: number }
  | { kind: 'break' }
  | { kind: 'hang' }

export function planSteps(frames: Frame[], reply: Reply): Step[] {
  const steps: Step[] = []
  const { breakOffAfter = Infinity, hangAfter = Infinity, sse = {} } = reply
  const stopAt = Math.min(breakOffAfter, hangAfter)
  let events = 0
  for (const frame of sse.split === 'all' ? [merge(frames, stopAt)] : frames) {
    if (events >= stopAt) break
    if (reply.pause?.after === events) steps.push({ kind: 'wait', ms: reply.pause.ms })
    if (reply.chunkDelayMs) steps.push({ kind: 'wait', ms: reply.chunkDelayMs })
    steps.push(...writes(frame, sse))
    events += frame.events
  }
  if (stopAt < Infinity) steps.push({ kind: breakOffAfter <= hangAfter ? 'break' : 'hang' })
  return cutAtByte(steps, reply)
}

/** Cuts the last write short. Only the end follows. */
function cutAtByte(steps: Step[], { breakOffAtByte, hangAtByte }: Reply): Step[] {
  const limit = Math.min(breakOffAtByte ?? Infinity, hangAtByte ?? Infinity)
  if (limit === Infinity) return steps
  const end: Step = { kind: limit === breakOffAtByte ? 'break' : 'hang' }
  const kept: Step[] = []
  let left = limit
  for (const step of steps) {
    if (step.kind === 'write' && step.bytes.length > left) {
      if (left > 0) kept.push({ kind: 'write', bytes: step.bytes.subarray(0, left), events: 0 })
      return [...kept, end]
    }
    if (step.kind === 'write') left -= step.bytes.length
    kept.push(step)
  }
  return [...kept, end]
}

function merge(frames: Frame[], stopAt: number): Frame {
  const kept = frames.slice(0, stopAt)
  return {
    text: kept.map((frame) => frame.text).join(''),
    events: kept.reduce((sum, frame) => sum + frame.events, 0),
  }
}

function writes({ text, events }: Frame, { split }: SseOptions): Step[] {
  const bytes = new TextEncoder().encode(text)
  const size = split === 'bytes' ? 1 : typeof split === 'number' ? split : bytes.length
  const steps: Step[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const isLast = at + size >= bytes.length
    steps.push({
      kind: 'write',
      bytes: bytes.subarray(at, at + size),
      events: isLast ? events : 0,
    })
  }
  return steps
}

export interface Watch {
  signal: AbortSignal
  onEvents(count: number): void
  /** called exactly once, unless the client leaves first */
  onEnd(): void
  onAbort(): void
}

export function playSteps(steps: Step[], watch: Watch): ReadableStream<Uint8Array> {
  let at = 0
  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const step = steps[at]
      at += 1
      // After a turn of the event loop, Node has flushed the write before, so no two writes are joined.
      if (at > 1 || step?.kind === 'break') await nextTurn()
      if (!step) {
        watch.onEnd()
        controller.close()
        return
      }
      if (step.kind === 'write') {
        controller.enqueue(step.bytes)
        if (step.events > 0) watch.onEvents(step.events)
        return
      }
      if (step.kind === 'break') {
        watch.onEnd()
        throw new BrokenOff()
      }
      await (step.kind === 'wait' ? sleep(step.ms, watch.signal) : forever(watch.signal))
    }
  }
  return new ReadableStream({ pull, cancel: () => watch.onAbort() }, { highWaterMark: 0 })
}

/** Thrown to make the connection die without a proper end. */
export class BrokenOff extends Error {
  constructor() {
    super('broken off as scripted')
  }
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return untilAborted(signal, (resolve) => {
    const timer = setTimeout(resolve, ms)
    return () => clearTimeout(timer)
  })
}

export function forever(signal: AbortSignal): Promise<void> {
  return untilAborted(signal, () => () => undefined)
}

/** Rejects when the client leaves. */
function untilAborted(
  signal: AbortSignal,
  start: (resolve: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new BrokenOff())
      return
    }
    const stop = start(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    function onAbort(): void {
      stop()
      reject(new BrokenOff())
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
