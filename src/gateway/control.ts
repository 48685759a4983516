import type { Settings } from '../settings.ts'
import type { Client } from './client.ts'

/** Ends a call to an upstream, and says why. */
export interface Control {
  /** Aborts the call where it is. */
  readonly signal: AbortSignal
  /** The first reason with which it was ended; undefined if it was not. */
  readonly reason: unknown
  /** Resolves when it is ended, for those whom the signal would not tell; null if the signal tells all. */
  readonly ended: Promise<null> | null
  abort(reason: string): void
}

interface Controlled {
  readonly client: Client
  readonly settings: Settings
  /** Absent: it may be. */
  readonly stream?: boolean
}

/**
 * An AbortController costs a twentieth of a short request. For a whole answer the client's own signal does, since all that
 * ends such a call early ends the request with it: the client leaves, or no time is left for another attempt. Then the platform
 * drops what the request has under way.
 */
export function controlOf({ client, settings, stream }: Controlled): Control {
  const { signal } = client
  // Otherwise another attempt may follow one that was too slow, while the first goes on.
  const isLast = settings.answerTimeoutMs >= settings.rotationDeadlineMs
  return stream === false && isLast && signal !== null ? new Ending(signal) : new Aborting()
}

export class Aborting implements Control {
  readonly ended = null
  readonly #control = new AbortController()

  get signal(): AbortSignal {
    return this.#control.signal
  }

  get reason(): unknown {
    return this.signal.reason
  }

  abort(reason: string): void {
    this.#control.abort(reason)
  }
}

class Ending implements Control {
  readonly signal: AbortSignal
  readonly ended: Promise<null>
  reason: string | undefined
  readonly #end: (value: null) => void

  constructor(signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<null>()
    this.signal = signal
    this.ended = promise
    this.#end = resolve
  }

  abort(reason: string): void {
    this.reason ??= reason
    this.#end(null)
  }
}
