import type { Target } from '../gemini/fit/aim.ts'
import type { UriRef } from '../gemini/media/owned-uris.ts'
import type { PinRef } from '../gemini/pins.ts'
import type { Upstream } from '../gemini/upstreams.ts'

import type { JsonText, Refused, Sent } from './dialect.ts'

/** How one route that counts tokens is asked and answered. */
export interface CountDialect {
  read(sent: Sent<JsonText>): Counting | Refused
}

export interface Counting {
  readonly ok: true
  readonly model: string
  /** Upstreams that cannot read it, and what of it they do not take. */
  readonly unfit: readonly Upstream[]
  readonly unfitFor: readonly string[]
  readonly pins: readonly PinRef[]
  /** What it names that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
  /** What Google is to count, as its front end takes it without an envelope. */
  readonly write: (target: Target) => string
  /** The body of the answer; `text` is Google's. */
  tell(counted: { readonly totalTokens: number; readonly text: string }): string
}
