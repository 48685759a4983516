/** Thought signatures this emulator gave out; all others are corrupt (google-upstreams §6.3, §6.4). */
import { base64, randomBytes } from '../random.ts'

const MAX_SIGNATURES = 50_000
const BYTES = 48
/** Native signatures start with it. */
const FIRST_BYTE = 0x12

const DUMMIES: ReadonlySet<string> = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
])

export class Signatures {
  readonly #issued = new Set<string>()

  issue(): string {
    const bytes = randomBytes(BYTES)
    bytes[0] = FIRST_BYTE
    const signature = base64(bytes)
    this.remember(signature)
    return signature
  }

  /** A script may supply its own. */
  remember(signature: string): void {
    if (this.#issued.size >= MAX_SIGNATURES) this.#issued.clear()
    this.#issued.add(signature)
  }

  /** Every signature anywhere in raw chunks. */
  rememberAll(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, child] of Object.entries(value)) {
      if (name === 'thoughtSignature' && typeof child === 'string') this.remember(child)
      else this.rememberAll(child)
    }
  }

  accepts(signature: string): boolean {
    return DUMMIES.has(signature) || this.#issued.has(signature)
  }

  clear(): void {
    this.#issued.clear()
  }
}
