/** What the control plane may change. */
export type CredentialPolicy = 'strict' | 'any'

export class Settings {
  /** `strict`: who is not registered is unknown, as at Google; `any`: who has the form is let in */
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
