/** Continuation tokens that were given out, compared as bytes, and the credential that got each. */
const MAX_TOKENS = 10_000

export class Continuations {
  readonly #owners = new Map<string, string>()

  /** Records every token anywhere in these chunks. */
  rememberAll(value: unknown, credential: string): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, child] of Object.entries(value)) {
      if (name === 'continuationToken' && typeof child === 'string') {
        if (this.#owners.size >= MAX_TOKENS) this.clear()
        this.#owners.set(bytesOf(child), credential)
      } else this.rememberAll(child, credential)
    }
  }

  has(token: string, credential: string): boolean {
    return this.#owners.get(bytesOf(token)) === credential
  }

  clear(): void {
    this.#owners.clear()
  }
}

function bytesOf(token: string): string {
  return Buffer.from(token, 'base64').toString('latin1')
}
