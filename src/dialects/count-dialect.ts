import type { Target } from '../gemini/fit/aim.ts'
import type { ClaudeModels } from '../gemini/models/claude.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { GenerateContentRequest } from '../gemini/types.ts'
import type { UriRef } from '../gemini/media/uri-ref.ts'
import type { PinRef } from '../gemini/pins.ts'
import type { Upstream } from '../gemini/upstreams.ts'

import type { JsonText, Refused, Sent } from './dialect.ts'

/** How a route that counts tokens is asked and answered. */
export interface CountDialect {
  read(sent: Sent<JsonText>): Counting | Refused
}

export interface Counting {
  readonly ok: true
  readonly model: string
  /** Upstreams that cannot read the request, and the fields that they do not accept. */
  readonly unfit: readonly Upstream[]
  readonly unfitFor: readonly string[]
  readonly pins: readonly PinRef[]
  /** Addresses in the request that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
  /** What Google is to count, in the upstream's form, without the envelope of Code Assist. */
  readonly write: (target: Target) => string
  /** The body of the answer. `text` is Google's answer. */
  tell(counted: { readonly totalTokens: number; readonly text: string }): string
}

/** Reads a prompt of which only the number of tokens is asked. */
export type ReadPrompt = (
  body: unknown,
  cuttings: Cuttings,
  claudeModels: ClaudeModels,
) => Prompt | Refused

export interface Prompt {
  readonly ok: true
  readonly model: string
  readonly standIn: string | null
  readonly request: GenerateContentRequest
}
