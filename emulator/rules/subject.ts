import type { Model } from '../models.ts'
import type { GenerateRequest } from '../proto/types.ts'
import type { Upstream } from '../protocol.ts'
import type { Signatures } from '../state/signatures.ts'

/** What a rule looks at. */
export interface Subject {
  upstream: Upstream
  model: Model
  request: GenerateRequest
  signatures: Signatures
}
