import type { Upstream } from './upstreams.ts'

/**
 * A thought signature that came with a function call. A later turn must bring it back (docs/google.md: Thought
 * signatures). `callId` is the id that the client got.
 */
export interface CallSignature {
  readonly callId: string
  /** Base64, as Google sent it. */
  readonly signature: string
}

/** Who made a signature. Only the maker can read it. */
export interface Maker {
  /** Google's own name for the model. */
  readonly model: string
  readonly upstream: Upstream
}

/**
 * Call id → signature, or null if another model or upstream made the call, since only that one could read its
 * signature.
 */
export type KnownSignatures = ReadonlyMap<string, string | null>

/** More calls than a turn has steps. Only calls of the current turn must be signed. */
export const MAX_ASKED = 100
/** Longer than any id that Pollux gives to a call. */
export const MAX_CALL_ID = 64
