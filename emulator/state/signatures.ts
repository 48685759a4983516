/**
 * Thought signatures that this emulator gave out. Any other is corrupt, and so is one that another model or upstream
 * made (docs/google.md: Thought signatures). They are compared as bytes: clients in Python send them back in the
 * other base64 alphabet.
 */
import type { Model } from '../models.ts'
import type { Upstream } from '../protocol.ts'
import { base64, randomBytes } from '../random.ts'
import { DUMMIES } from './dummies.ts'

const MAX_SIGNATURES = 50_000
const BYTES = 48
/** The first byte of every native signature. */
const FIRST_BYTE = 0x12

/** Who made a signature. Only the issuer can read it. */
export interface Issuer {
  upstream: Upstream
  model: Model
}

const DUMMY_BYTES: ReadonlySet<string> = new Set(DUMMIES.map(bytesOf))

export class Signatures {
  readonly #issued = new Set<string>()
  /** Signature of a call → signatures of the uses of Google's own tools that came before it in its answer. */
  readonly #after = new Map<string, readonly string[]>()

  issue(issuer: Issuer): string {
    const bytes = randomBytes(BYTES)
    bytes[0] = FIRST_BYTE
    const signature = base64(bytes)
    this.remember(issuer, signature)
    return signature
  }

  /** A script may supply a signature of its own. */
  remember(issuer: Issuer, signature: string): void {
    if (this.#issued.size >= MAX_SIGNATURES) this.clear()
    this.#issued.add(keyOf(issuer, signature))
  }

  /** Records every signature anywhere in raw chunks. */
  rememberAll(issuer: Issuer, value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, child] of Object.entries(value)) {
      if (name === 'thoughtSignature' && typeof child === 'string') this.remember(issuer, child)
      else this.rememberAll(issuer, child)
    }
  }

  /** Records that the model called a function after it had used these tools, so they must come back with the call. */
  rememberTools(call: string, tools: readonly string[]): void {
    this.#after.set(bytesOf(call), tools.map(bytesOf))
  }

  /** Whether any use of Google's own tools that came before the call is missing among the returned signatures. */
  lacksTools(call: string, returned: readonly string[]): boolean {
    const known = new Set(returned.map(bytesOf))
    return (this.#after.get(bytesOf(call)) ?? []).some((tool) => !known.has(tool))
  }

  accepts(issuer: Issuer, signature: string): boolean {
    return DUMMY_BYTES.has(bytesOf(signature)) || this.#issued.has(keyOf(issuer, signature))
  }

  clear(): void {
    this.#issued.clear()
    this.#after.clear()
  }
}

function keyOf({ upstream, model }: Issuer, signature: string): string {
  return `${upstream} ${model.id} ${bytesOf(signature)}`
}

/** Accepts either alphabet, padded or not. The parser has already refused what is not base64. */
function bytesOf(signature: string): string {
  return Buffer.from(signature, 'base64').toString('latin1')
}
