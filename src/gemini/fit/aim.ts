import type { KnownSignatures } from '../signatures.ts'
import type { Traits } from '../models/traits.ts'
import type { Upstream } from '../upstreams.ts'

/** Where a request goes. `model` is the model's own name, never an alias. */
export interface Target {
  readonly model: string
  readonly upstream: Upstream
  /** The form of schemas: JSON Schema, or the OpenAPI subset if Google has refused that. */
  readonly schemas?: 'json' | 'openapi'
  /** What is known of the calls in the request. */
  readonly signatures?: KnownSignatures
  /**
   * Google refused the signatures of this request, so this time it gets only dummies, wherever it may want a
   * signature.
   */
  readonly dummiesOnly?: boolean
  /**
   * The client gets the answer as Google wrote it, so JSON must not come as the arguments of a function that the
   * client has not declared.
   */
  readonly isToldAsWritten?: boolean
}

/** The target and the traits of its model. */
export interface Aim extends Target {
  readonly traits: Traits
}
