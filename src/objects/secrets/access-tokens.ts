import { iso, MINUTE_MS } from '../../json/time.ts'
import type { HeldToken } from '../../wire/tokens.ts'
import { logError } from '../../http/log.ts'
import type { Settings } from '../../settings.ts'
import { discoverProject } from '../../upstreams/code-assist-setup.ts'
import type { Access, Secret } from '../../upstreams/credential.ts'
import { mintToken, type OAuthSecret } from '../../upstreams/oauth.ts'
import type { CredentialFault } from '../../upstreams/verdict.ts'
import type { Credential } from '../ring/credential.ts'
import type { Credentials } from '../ring/credentials.ts'
import { StoredTokens, type Token, usableUntil } from './stored-tokens.ts'
import type { Vault } from './vault.ts'

/** A new token is fetched this long before the end, while requests still use the old one. */
const REFRESH_BEFORE_MS = 5 * MINUTE_MS
/** Wait after a failure of the token endpoint: 5 s, doubled up to 5 min. */
const BACKOFF_MS = 5000
const MAX_BACKOFF_MS = 5 * MINUTE_MS

export type Readiness =
  | { readonly ok: true }
  /** `vault`: there is no vault. `sealed`: this vault did not seal the credential. */
  | { readonly ok: false; readonly reason: 'vault' }
  | { readonly ok: false; readonly reason: 'sealed' }
  /** The secret will not work until an admin replaces it. */
  | { readonly ok: false; readonly reason: 'dead'; readonly fault: CredentialFault }
  | {
      readonly ok: false
      readonly reason: 'unavailable'
      readonly error: string | null
      readonly retryAt: number
    }

const READY: Readiness = { ok: true }

/** A token that can be lent. */
export interface Held {
  readonly auth: Access['auth']
  /** Epoch milliseconds: until when it is lent, and from when on its successor is fetched. */
  readonly usableUntil: number
  readonly refreshFrom: number
  readonly serial: number
}

interface Parts {
  readonly sql: SqlStorage
  readonly credentials: Credentials
  readonly vault: () => Promise<Vault | null>
  readonly userId: string
  readonly settings: Settings
}

/**
 * Access tokens, for which the credentials' secrets are exchanged: in memory for leases, and sealed in a table for
 * the next life of the object. However many leases wait, Google is asked only once (single-flight).
 */
export class AccessTokens {
  readonly #parts: Parts
  readonly #stored: StoredTokens
  readonly #held = new Map<string, Held>()
  readonly #inFlight = new Map<string, Promise<Readiness>>()
  readonly #failures = new Map<string, { readonly count: number; readonly retryAt: number }>()
  /**
   * Raised whenever a credential's secret changes, so that the result of an exchange with the old secret is dropped.
   */
  readonly #revisions = new Map<string, number>()
  /** Starts at the time, so that serials of this life differ from those of earlier ones. */
  #serial = Date.now()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#stored = new StoredTokens(parts.sql, parts.userId)
  }

  /** The token that a lease can lend at once; undefined if `prepare` must be awaited first. */
  current(credential: Credential, now: number): Held | undefined {
    const held = this.#held.get(credential.id)
    if (held === undefined || held.usableUntil <= now) return undefined
    return needsProject(credential) ? undefined : held
  }

  /**
   * What is held for each credential, without the tokens themselves; what an earlier life of the object stored counts too.
   * An API key is its own token and never expires.
   */
  overview(credentials: readonly Credential[], now: number): readonly HeldToken[] {
    const stored = this.#stored.usable(now)
    return credentials.map(({ id, type }) => {
      const until = this.#held.get(id)?.usableUntil ?? stored.get(id) ?? 0
      return {
        credential: id,
        type,
        held: until > now,
        usable_until: Number.isFinite(until) && until > 0 ? iso(until) : null,
        retry_at: isoAfter(this.#failures.get(id)?.retryAt, now),
      }
    })
  }

  /** Whether the held token expires soon, so that its successor should be fetched in the background. */
  endsSoon(credential: Credential, now: number): boolean {
    const held = this.#held.get(credential.id)
    return held !== undefined && held.refreshFrom <= now
  }

  /** Makes `current` return a token, or says why it cannot. Single-flight for each credential. Never rejects. */
  async prepare(id: string): Promise<Readiness> {
    const failed = this.#failures.get(id)
    if (failed !== undefined && failed.retryAt > Date.now()) {
      return { ok: false, reason: 'unavailable', error: null, retryAt: failed.retryAt }
    }
    const running = this.#inFlight.get(id)
    if (running !== undefined) return running
    const revision = this.#revision(id)
    const exchange = this.#exchange(id)
      .catch((error: unknown) => {
        // A failed exchange must not take the ring down. This credential is tried again later.
        logError('token_exchange_failed', { credential: id, error: nameOf(error) })
        if (this.#revision(id) !== revision) return READY
        return this.#failed(id, { permanent: false, reason: 'exchange_failed' })
      })
      .finally(() => {
        // A replaced secret may have begun an exchange of its own meanwhile.
        if (this.#inFlight.get(id) === exchange) this.#inFlight.delete(id)
      })
    this.#inFlight.set(id, exchange)
    return exchange
  }

  /** Drops a token that Google refused, unless it has been replaced since it was lent. */
  discard(id: string, serial: number): void {
    if (this.#held.get(id)?.serial !== serial) return
    this.#forget(id)
  }

  /** The secret was replaced: nothing of the old one may be used again. */
  secretChanged(id: string): void {
    this.#revisions.set(id, this.#revision(id) + 1)
    this.#failures.delete(id)
    this.#inFlight.delete(id)
    this.#forget(id)
  }

  /** Deletes the stored tokens, which an earlier key sealed. Those in memory stay in use. */
  forgetStored(): void {
    this.#stored.forgetAll()
  }

  #forget(id: string): void {
    this.#held.delete(id)
    this.#stored.forget(id)
  }

  #revision(id: string): number {
    return this.#revisions.get(id) ?? 0
  }

  async #exchange(id: string): Promise<Readiness> {
    const { credentials } = this.#parts
    const revision = this.#revision(id)
    /** True: nothing that was found out holds any more, and the next pass uses the new secret. */
    const isReplaced = (): boolean => this.#revision(id) !== revision
    const vault = await this.#parts.vault()
    const credential = credentials.get(id)
    const sealed = credentials.sealedSecret(id)
    if (vault === null) return { ok: false, reason: 'vault' }
    if (credential === undefined || sealed === undefined) return READY // removed meanwhile: the next selection sees that

    const opened = await this.#open(vault, id, sealed)
    if (opened === null) return { ok: false, reason: 'sealed' }
    if (isReplaced()) return READY
    const { secret, restored } = opened
    if (secret.type === 'api_key') {
      this.#hold(id, { scheme: 'api_key', value: secret.apiKey }, Infinity)
      return READY
    }
    if (restored !== null) {
      this.#hold(id, { scheme: 'bearer', value: restored.value }, restored.expiresAt)
    }
    const ended =
      (await this.#refresh(id, secret, vault, isReplaced)) ??
      (await this.#findProject(id, credential, isReplaced))
    if (ended !== null) return ended
    this.#failures.delete(id)
    return READY
  }

  /** The secret, and the token of an earlier life. Null: the vault does not open them, so nothing is lent. */
  async #open(
    vault: Vault,
    id: string,
    sealed: string,
  ): Promise<{ readonly secret: Secret; readonly restored: Token | null } | null> {
    const { userId } = this.#parts
    try {
      const owner = { userId, credentialId: id, purpose: 'secret' } as const
      const secret = JSON.parse(await vault.open(sealed, owner)) as Secret
      return { secret, restored: this.#held.has(id) ? null : await this.#stored.restore(id, vault) }
    } catch {
      // The error itself would say no more than this line.
      logError('vault_refused', { user: userId, credential: id })
      return null
    }
  }

  /** Gets a fresh token unless the held one is good for long. Null: it may be used; otherwise the end of the exchange. */
  async #refresh(
    id: string,
    secret: OAuthSecret,
    vault: Vault,
    isReplaced: () => boolean,
  ): Promise<Readiness | null> {
    const before = this.#held.get(id)
    const now = Date.now()
    if (before !== undefined && before.refreshFrom > now) return null
    const minted = await mintToken(secret, this.#parts.settings.googleTokenUrl, now)
    if (isReplaced()) return READY
    if (!minted.ok) {
      const failure = this.#failed(id, minted)
      const stillGood = before !== undefined && before.usableUntil > Date.now()
      return stillGood && !minted.permanent ? READY : failure
    }
    const sealedToken = await this.#stored.seal(id, minted.token, vault)
    if (isReplaced()) return READY
    this.#stored.put(id, sealedToken, minted.expiresAt)
    this.#hold(id, { scheme: 'bearer', value: minted.token }, minted.expiresAt)
    return null
  }

  /** Finds the project through which Code Assist serves a credential that names none. The result is as of `#refresh`. */
  async #findProject(
    id: string,
    credential: Credential,
    isReplaced: () => boolean,
  ): Promise<Readiness | null> {
    const bearer = this.#held.get(id)
    if (!needsProject(credential) || bearer === undefined) return null
    const { value } = bearer.auth
    const found = await discoverProject(value, credential.quotaProject, this.#parts.settings)
    if (isReplaced()) return READY
    if (!found.ok) return this.#failed(id, found)
    this.#parts.credentials.setProject(id, found.project)
    return null
  }

  #hold(id: string, auth: Access['auth'], expiresAt: number): void {
    const lifetime = expiresAt - Date.now()
    this.#held.set(id, {
      auth,
      usableUntil: usableUntil(expiresAt, Date.now()),
      refreshFrom: expiresAt - Math.min(REFRESH_BEFORE_MS, lifetime / 2),
      serial: ++this.#serial,
    })
  }

  #failed(
    id: string,
    failure:
      | { readonly permanent: true; readonly reason: CredentialFault }
      | { readonly permanent: false; readonly reason: string },
  ): Readiness {
    if (failure.permanent) return { ok: false, reason: 'dead', fault: failure.reason }
    const count = (this.#failures.get(id)?.count ?? 0) + 1
    const retryAt = Date.now() + Math.min(BACKOFF_MS * 2 ** (count - 1), MAX_BACKOFF_MS)
    this.#failures.set(id, { count, retryAt })
    return { ok: false, reason: 'unavailable', error: failure.reason, retryAt }
  }
}

/** Only the name: the message may hold parts of a secret. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function isoAfter(instant: number | undefined, now: number): string | null {
  return instant !== undefined && instant > now ? iso(instant) : null
}

/** Code Assist serves an account only through a project. If the owner named none, Google does. */
function needsProject(credential: Credential): boolean {
  return credential.upstream === 'code-assist' && credential.project === null
}
