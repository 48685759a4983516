import type { Model } from '../models.ts'
import type { GenerateRequest } from '../proto/types.ts'
import type { Upstream } from '../protocol.ts'
import type { OwnThings } from '../resources/own-things.ts'
import type { Signatures } from '../state/signatures.ts'

/** What a rule checks. */
export interface Subject {
  upstream: Upstream
  model: Model
  request: GenerateRequest
  signatures: Signatures
  /** the id in the path, if another model answers */
  asked?: string
  /** if absent, everything that the request names is assumed to exist */
  own?: OwnThings
}
