/** Access tokens: opaque, bound to a credential, and ended by time or by command. */
import { randomId } from '../random.ts'

const MAX_TOKENS = 20_000

interface Token {
  credential: string
  expiresAt: number
}

export type TokenState =
  | { state: 'valid'; credential: string }
  | { state: 'expired'; credential: string }
  | { state: 'unknown' }

export class Tokens {
  readonly #issued = new Map<string, Token>()

  issue(credential: string, expiresAt: number): string {
    const token = `ya29.a0${randomId(24)}`
    this.#issued.set(token, { credential, expiresAt })
    if (this.#issued.size > MAX_TOKENS) this.#forgetOldest()
    return token
  }

  look(token: string, now: number): TokenState {
    const found = this.#issued.get(token)
    if (!found) return { state: 'unknown' }
    const { credential, expiresAt } = found
    return { state: now < expiresAt ? 'valid' : 'expired', credential }
  }

  /** Returns how many tokens it ended. */
  expire(credential: string): number {
    const live = [...this.#issued.values()].filter(
      (token) => token.credential === credential && token.expiresAt > 0,
    )
    for (const token of live) token.expiresAt = 0
    return live.length
  }

  clear(): void {
    this.#issued.clear()
  }

  #forgetOldest(): void {
    for (const token of this.#issued.keys()) {
      this.#issued.delete(token)
      return
    }
  }
}
