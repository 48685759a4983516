/** What the control plane may change. */
export type CredentialPolicy = 'strict' | 'any'

export class Settings {
  /**
   * `strict`: an unregistered credential is unknown, as at Google; `any`: every credential of the right form is
   * accepted
   */
  credentials: CredentialPolicy
  readonly #first: CredentialPolicy

  constructor(credentials: CredentialPolicy) {
    this.credentials = credentials
    this.#first = credentials
  }

  clear(): void {
    this.credentials = this.#first
  }
}
