import type { KnownSignatures } from '../signatures.ts'
import type { Traits } from '../models/traits.ts'
import type { Upstream } from '../upstreams.ts'

/** Where a request goes: a model's own name, never an alias. */
export interface Target {
  readonly model: string
  readonly upstream: Upstream
  /** The form of schemas: JSON Schema, or the OpenAPI subset where Google has refused that. */
  readonly schemas?: 'json' | 'openapi'
  /** What is known of the calls in the request. */
  readonly signatures?: KnownSignatures
  /** Google has refused what this request said of signatures: it gets dummies only, and all that it may want. */
  readonly dummiesOnly?: boolean
}

/** The target and what is known of it. */
export interface Aim extends Target {
  readonly traits: Traits
}
