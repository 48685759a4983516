/** Texts that come within this time of a write share the next one. */
const WINDOW_MS = 4
/** The same if a window catches MANY texts: nobody could see them one by one. */
const WIDE_WINDOW_MS = 16
const MANY = 8
/** At this size held text is written without waiting. */
const FULL_CHARS = 16_384
/** Back-pressure: with this much unsent, nothing more is read from Google. */
const MAX_HELD_CHARS = 65_536
/** Every this many writes a window is opened as a probe, to learn whether texts come fast. */
const LOOK_EVERY = 16

/** What an event of most dialects fits into. */
const BUFFER_BYTES = 1024
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3

interface Waiter {
  readonly upTo: number
  readonly resolve: () => void
}

/**
 * The client's end of a stream: text in, bytes out. Several may write to it; whoever opened it closes it.
 *
 * Writing to the client costs more than all other work for an event, so events in quick succession share a write: the first goes
 * out at once, the rest when a window of WINDOW_MS closes. A window costs a timer: one opens only if the last caught something,
 * and on every LOOK_EVERY-th write as a probe. Slow streams are never delayed.
 */
export class Outlet {
  /** For the response. */
  readonly body: ReadableStream<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter
  readonly #utf8 = new TextEncoder()
  readonly #listeners: (() => void)[] = []
  #hasLeft = false
  #held = ''
  /** Characters written so far, and those of them that the client has taken. */
  #written = 0
  #taken = 0
  #waiters: Waiter[] = []
  #texts = 0
  #writes = 0
  /** How many texts the last window caught. */
  #brought = 0
  #isRunning = false
  /** Characters written up to the end of the write that is under way. */
  #running = 0
  #buffer: Uint8Array | null = null
  #isBlocked = false
  #isClosing = false
  #endWindow: () => void = () => undefined

  constructor() {
    const { readable, writable } = new IdentityTransformStream()
    this.body = readable
    this.#writer = writable.getWriter()
  }

  /** Whether the client has left, as far as a failed write has shown. */
  get hasLeft(): boolean {
    return this.#hasLeft
  }

  /** Whether the client has not yet taken what was written to it. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** Calls back once, when the client has left. */
  onLeft(listener: () => void): void {
    if (this.#hasLeft) listener()
    else this.#listeners.push(listener)
  }

  /** Never waits, never throws. */
  write(text: string): void {
    if (text === '' || this.#hasLeft) return
    this.#held += text
    this.#written += text.length
    this.#texts++
    if (this.#held.length >= FULL_CHARS) this.#endWindow()
    if (!this.#isRunning) this.#run()
  }

  /** A promise to wait for before more is fetched; null if there is room. */
  room(): Promise<void> | null {
    return this.#held.length < MAX_HELD_CHARS ? null : this.taken()
  }

  /** Resolves when the client has taken what was written so far, or has left. */
  taken(): Promise<void> {
    if (this.#taken === this.#written || this.#hasLeft) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push({ upTo: this.#written, resolve })
    this.#endWindow()
    return promise
  }

  /** Gives up on a client that takes nothing more. */
  abort(reason: string): void {
    this.#writer.abort(reason).catch(() => undefined) // it has left already
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.taken()
    await this.#writer.close().catch(() => undefined) // the client has left: there is nothing to close
  }

  /** Callbacks instead of a loop with `await`: this runs for every chunk, and each function that waits is garbage. */
  #run(): void {
    if (this.#held === '') {
      this.#isRunning = false
      return
    }
    this.#isRunning = true
    this.#running = this.#written
    const bytes = this.#bytesOf(this.#held)
    this.#held = ''
    this.#texts = 0
    this.#isBlocked = true
    this.#writer.write(bytes).then(this.#wrote, this.#left)
  }

  readonly #wrote = (): void => {
    this.#isBlocked = false
    this.#tookUpTo(this.#running)
    if (this.#isWorthWaiting()) void this.#window().then(() => this.#run())
    else this.#run()
  }

  /** The runtime has taken what was written before, so short texts all go through one buffer. */
  #bytesOf(text: string): Uint8Array {
    if (text.length * MAX_UTF8_BYTES > BUFFER_BYTES) return this.#utf8.encode(text)
    this.#buffer ??= new Uint8Array(BUFFER_BYTES)
    return this.#buffer.subarray(0, this.#utf8.encodeInto(text, this.#buffer).written)
  }

  #isWorthWaiting(): boolean {
    if (this.#isClosing || this.#waiters.length > 0 || this.#held.length >= FULL_CHARS) return false
    return this.#brought > 0 || this.#writes++ % LOOK_EVERY === 0
  }

  async #window(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#endWindow = resolve
    const timer = setTimeout(resolve, this.#brought < MANY ? WINDOW_MS : WIDE_WINDOW_MS)
    await promise
    clearTimeout(timer)
    this.#brought = this.#texts
  }

  #tookUpTo(taken: number): void {
    this.#taken = taken
    if (this.#waiters.length === 0) return
    for (const { upTo, resolve } of this.#waiters) if (upTo <= taken) resolve()
    this.#waiters = this.#waiters.filter(({ upTo }) => upTo > taken)
  }

  readonly #left = (): void => {
    this.#isRunning = false
    this.#hasLeft = true
    this.#isBlocked = false
    this.#held = ''
    this.#tookUpTo(this.#written)
    for (const listener of this.#listeners) listener()
  }
}
