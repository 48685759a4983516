import type { Model } from '../models.ts'
import type { GenerateRequest } from '../proto/types.ts'
import type { Upstream } from '../protocol.ts'
import type { OwnThings } from '../resources/own-things.ts'
import type { Signatures } from '../state/signatures.ts'

/** What a rule looks at. */
export interface Subject {
  upstream: Upstream
  model: Model
  request: GenerateRequest
  signatures: Signatures
  /** the id in the path, where another model answers */
  asked?: string
  /** absent: what is named is taken to be there */
  own?: OwnThings
}
