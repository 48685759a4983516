import type { Upstream } from './upstreams.ts'

/** The thought signature that came with a function call, under the call id that the client was told: what a later turn must bring back (docs/google.md: Thought signatures). */
export interface CallSignature {
  readonly callId: string
  /** Base64, as Google sent it. */
  readonly signature: string
}

/** Who made a signature, and alone can read it. */
export interface Maker {
  /** Google's own name of it. */
  readonly model: string
  readonly upstream: Upstream
}

/** What is known of calls by their ids: the signature, or null where the call was made by another model or upstream, which alone could read it. */
export type KnownSignatures = ReadonlyMap<string, string | null>

/** More calls than a turn has steps; only those of the current turn must be signed. */
export const MAX_ASKED = 100
/** Longer than any id that Pollux gives a call. */
export const MAX_CALL_ID = 64
