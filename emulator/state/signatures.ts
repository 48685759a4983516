/**
 * Thought signatures this emulator gave out; all others are corrupt, and to a model or an upstream also those of another
 * (docs/google.md: Thought signatures). They are bytes: clients in Python send them back in the other base64 alphabet.
 */
import type { Model } from '../models.ts'
import type { Upstream } from '../protocol.ts'
import { base64, randomBytes } from '../random.ts'
import { DUMMIES } from './dummies.ts'

const MAX_SIGNATURES = 50_000
const BYTES = 48
/** Native signatures start with it. */
const FIRST_BYTE = 0x12

/** Who issued a signature, and alone can read it. */
export interface Issuer {
  upstream: Upstream
  model: Model
}

const DUMMY_BYTES: ReadonlySet<string> = new Set(DUMMIES.map(bytesOf))

export class Signatures {
  readonly #issued = new Set<string>()
  /** By a call's signature: those of the uses of Google's own tools that its answer had before it. */
  readonly #after = new Map<string, readonly string[]>()

  issue(issuer: Issuer): string {
    const bytes = randomBytes(BYTES)
    bytes[0] = FIRST_BYTE
    const signature = base64(bytes)
    this.remember(issuer, signature)
    return signature
  }

  /** A script may supply its own. */
  remember(issuer: Issuer, signature: string): void {
    if (this.#issued.size >= MAX_SIGNATURES) this.clear()
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

  /** The model called a function after it had used these tools, so it must see them again. */
  rememberTools(call: string, tools: readonly string[]): void {
    this.#after.set(bytesOf(call), tools.map(bytesOf))
  }

  /** Whether those tools of Google's that the call came after are not among the signatures that came back. */
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

/** Of either alphabet, padded or not; what is no base64 the parser has refused. */
function bytesOf(signature: string): string {
  return Buffer.from(signature, 'base64').toString('latin1')
}
