/**
 * Thought signatures this emulator gave out; all others are corrupt, and to a model or an upstream also those of another
 * (google-upstreams §6.2–§6.4).
 */
import type { Model } from '../models.ts'
import type { Upstream } from '../protocol.ts'
import { base64, randomBytes } from '../random.ts'

const MAX_SIGNATURES = 50_000
const BYTES = 48
/** Native signatures start with it. */
const FIRST_BYTE = 0x12

const DUMMIES: ReadonlySet<string> = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
])

/** Who issued a signature, and alone can read it. */
export interface Issuer {
  upstream: Upstream
  model: Model
}

export class Signatures {
  readonly #issued = new Set<string>()

  issue(issuer: Issuer): string {
    const bytes = randomBytes(BYTES)
    bytes[0] = FIRST_BYTE
    const signature = base64(bytes)
    this.remember(issuer, signature)
    return signature
  }

  /** A script may supply its own. */
  remember(issuer: Issuer, signature: string): void {
    if (this.#issued.size >= MAX_SIGNATURES) this.#issued.clear()
    this.#issued.add(keyOf(issuer, signature))
  }

  /** Every signature anywhere in raw chunks. */
  rememberAll(issuer: Issuer, value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, child] of Object.entries(value)) {
      if (name === 'thoughtSignature' && typeof child === 'string') this.remember(issuer, child)
      else this.rememberAll(issuer, child)
    }
  }

  accepts(issuer: Issuer, signature: string): boolean {
    return DUMMIES.has(signature) || this.#issued.has(keyOf(issuer, signature))
  }

  clear(): void {
    this.#issued.clear()
  }
}

function keyOf({ upstream, model }: Issuer, signature: string): string {
  return `${upstream} ${model.id} ${signature}`
}
