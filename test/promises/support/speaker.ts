/** What a promise needs of a dialect to be tried in it. */

/** A request, in no dialect's words. */
export interface Asking {
  readonly text?: string
  readonly stream?: boolean
  /** Unknown, so that it can be wrong as well. */
  readonly model?: unknown
  /** Names of functions that the model may call. */
  readonly functions?: readonly string[]
  /** The body of the answer before, whose calls are given back with these results. */
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
  /** The field at fault, where the dialect has a place for it. */
  readonly param: string | null
}

/** Of bodies, each takes whole ones and streams alike. */
export interface Speaker {
  readonly dialect: string
  /** The status of a refusal that no repeat can mend, where clients would repeat what has HTTP's own. */
  readonly lastingStatus?: number
  /** Sends a request, or the very text of a body. */
  ask(key: string, asking: Asking | string): Promise<Response>
  textOf(body: string): string
  callsOf(body: string): readonly Call[]
  /** The error that a client raises; null where it takes the answer for whole. */
  errorOf(body: string): Told | null
  framesOf(stream: string): readonly unknown[]
}
