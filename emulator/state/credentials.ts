/** The credentials that Google knows, by handle: the name that scripts and calls use for them. */
import type {
  ApiKeyInput,
  AuthorizedUserInput,
  CredentialInput,
  RegisteredCredential,
  ServiceAccountInput,
} from '../protocol.ts'

export type OAuthCredential = AuthorizedUserInput | ServiceAccountInput

export class Credentials {
  readonly #byHandle = new Map<string, CredentialInput>()
  readonly #admitted = new Set<string>()
  readonly #removed = new Set<string>()

  /** `admitted`: nobody registered the credential, it was accepted by its form. */
  register(input: CredentialInput, how: 'told' | 'admitted' = 'told'): string {
    const handle = handleOf(input)
    this.#byHandle.set(handle, input)
    if (how === 'admitted') this.#admitted.add(handle)
    else this.#admitted.delete(handle)
    this.#removed.delete(handle)
    return handle
  }

  remove(handle: string): boolean {
    this.#removed.add(handle)
    return this.#byHandle.delete(handle)
  }

  wasRemoved(handle: string): boolean {
    return this.#removed.has(handle)
  }

  isAdmitted(handle: string): boolean {
    return this.#admitted.has(handle)
  }

  get(handle: string): CredentialInput | undefined {
    return this.#byHandle.get(handle)
  }

  apiKey(key: string): ApiKeyInput | undefined {
    const found = this.#byHandle.get(key)
    return found?.type === 'api_key' ? found : undefined
  }

  /** A rotated refresh token is one more name for the same user. */
  alias(refreshToken: string, user: AuthorizedUserInput): void {
    this.#byHandle.set(refreshToken, user)
  }

  list(): RegisteredCredential[] {
    return [...new Set(this.#byHandle.values())].map((input) => ({
      handle: handleOf(input),
      type: input.type,
      ...(input.project === undefined ? {} : { project: input.project }),
      ...(input.type === 'authorized_user' ? { persona: input.persona ?? 'licensed' } : {}),
    }))
  }

  clients(): Set<string> {
    const ids = [...this.#byHandle.values()].map((input) =>
      input.type === 'authorized_user' ? input.client_id : undefined,
    )
    return new Set(ids.filter((id) => id !== undefined))
  }

  clear(): void {
    this.#byHandle.clear()
    this.#admitted.clear()
    this.#removed.clear()
  }
}

export function handleOf(input: CredentialInput): string {
  switch (input.type) {
    case 'api_key':
      return input.api_key
    case 'authorized_user':
      return input.refresh_token
    case 'service_account':
      return input.client_email
  }
}
