/** What a dialect must provide so that promises can be tested in it. */

/** A request, in no dialect's words. */
export interface Asking {
  readonly text?: string
  readonly stream?: boolean
  /** Of unknown type, so that a test can send a wrong one. */
  readonly model?: unknown
  /** Names of functions that the model may call. */
  readonly functions?: readonly string[]
  /** The body of the answer before, and the results for its calls. */
  readonly after?: { readonly answer: string; readonly results: readonly string[] }
  readonly signal?: AbortSignal
}

export interface Call {
  readonly id: string
  readonly name: string
  readonly args: unknown
}

export interface Told {
  readonly message: string
  /** The field at fault; null if the dialect has no place for it. */
  readonly param: string | null
}

/** Functions that take a body accept whole answers and streams. */
export interface Speaker {
  readonly dialect: string
  /** The status of a refusal that repeating cannot mend, if the usual status would make clients repeat. */
  readonly lastingStatus?: number
  /** Sends a request, or a text as the body. */
  ask(key: string, asking: Asking | string): Promise<Response>
  textOf(body: string): string
  callsOf(body: string): readonly Call[]
  /** The error that a client would raise; null if it takes the answer for complete. */
  errorOf(body: string): Told | null
  framesOf(stream: string): readonly unknown[]
}
