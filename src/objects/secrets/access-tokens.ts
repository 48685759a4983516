import { DAY_MS, MINUTE_MS, iso } from '../../json/time.ts'
import type { HeldToken } from '../../wire/tokens.ts'
import { logError } from '../../http/log.ts'
import type { Settings } from '../../settings.ts'
import { discoverProject } from '../../upstreams/code-assist-setup.ts'
import type { Access, Secret } from '../../upstreams/credential.ts'
import { mintToken } from '../../upstreams/oauth.ts'
import type { CredentialFault } from '../../upstreams/verdict.ts'
import type { Credential } from '../ring/credential.ts'
import type { Credentials } from '../ring/credentials.ts'
import type { Owner, Vault } from './vault.ts'

/**
 * A token is not lent during its last minute (a short-lived one: its last half), since it might expire before Google
 * reads it.
 */
const MIN_LIFETIME_MS = MINUTE_MS
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
    const stored = this.#parts.sql.exec<{ credential_id: string; expires_at: number }>(
      'SELECT credential_id, expires_at FROM access_tokens',
    )
    const ends = new Map(Array.from(stored, (row) => [row.credential_id, row.expires_at]))
    return credentials.map(({ id, type }) => {
      const expiresAt = ends.get(id) ?? 0
      const isStored = isStillGood(expiresAt, now)
      const until = this.#held.get(id)?.usableUntil ?? (isStored ? usableUntil(expiresAt, now) : 0)
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
        if (this.#revision(id) !== revision) return { ok: true } as const
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
    this.#parts.sql.exec('DELETE FROM access_tokens')
  }

  #forget(id: string): void {
    this.#held.delete(id)
    this.#parts.sql.exec('DELETE FROM access_tokens WHERE credential_id = ?', id)
  }

  #revision(id: string): number {
    return this.#revisions.get(id) ?? 0
  }

  async #exchange(id: string): Promise<Readiness> {
    const { credentials, userId } = this.#parts
    const revision = this.#revision(id)
    const vault = await this.#parts.vault()
    const credential = credentials.get(id)
    const sealed = credentials.sealedSecret(id)
    if (vault === null) return { ok: false, reason: 'vault' }
    if (credential === undefined || sealed === undefined) return { ok: true } // removed meanwhile: the next selection sees that

    let secret: Secret
    let restored: { readonly value: string; readonly expiresAt: number } | null
    try {
      secret = JSON.parse(await vault.open(sealed, this.#owner(id, 'secret'))) as Secret
      restored = this.#held.has(id) ? null : await this.#restore(vault, id)
    } catch {
      // Without the vault nothing is lent. The error itself would say no more than this line.
      logError('vault_refused', { user: userId, credential: id })
      return { ok: false, reason: 'sealed' }
    }
    if (this.#revision(id) !== revision) return { ok: true } // replaced meanwhile: the next pass uses the new secret
    if (secret.type === 'api_key') {
      this.#hold(id, { scheme: 'api_key', value: secret.apiKey }, Infinity)
      return { ok: true }
    }
    if (restored !== null) {
      this.#hold(id, { scheme: 'bearer', value: restored.value }, restored.expiresAt)
    }
    const before = this.#held.get(id)
    const now = Date.now()
    if (before === undefined || before.refreshFrom <= now) {
      const minted = await mintToken(secret, this.#parts.settings.googleTokenUrl, now)
      if (this.#revision(id) !== revision) return { ok: true }
      if (!minted.ok) {
        const failure = this.#failed(id, minted)
        const stillGood = before !== undefined && before.usableUntil > Date.now()
        return stillGood && !minted.permanent ? { ok: true } : failure
      }
      const sealedToken = await vault.seal(minted.token, this.#owner(id, 'access_token'))
      if (this.#revision(id) !== revision) return { ok: true }
      this.#parts.sql.exec(
        'INSERT OR REPLACE INTO access_tokens (credential_id, sealed_token, expires_at) VALUES (?, ?, ?)',
        id,
        sealedToken,
        minted.expiresAt,
      )
      this.#hold(id, { scheme: 'bearer', value: minted.token }, minted.expiresAt)
    }
    const bearer = this.#held.get(id)
    if (needsProject(credential) && bearer !== undefined) {
      const { value } = bearer.auth
      const found = await discoverProject(value, credential.quotaProject, this.#parts.settings)
      if (this.#revision(id) !== revision) return { ok: true }
      if (!found.ok) return this.#failed(id, found)
      credentials.setProject(id, found.project)
    }
    this.#failures.delete(id)
    return { ok: true }
  }

  /** The token of an earlier life, if it has not expired. */
  async #restore(
    vault: Vault,
    id: string,
  ): Promise<{ readonly value: string; readonly expiresAt: number } | null> {
    const rows = this.#parts.sql.exec<{ sealed_token: string; expires_at: number }>(
      'SELECT sealed_token, expires_at FROM access_tokens WHERE credential_id = ?',
      id,
    )
    const [row] = rows.toArray()
    if (row === undefined || !isStillGood(row.expires_at, Date.now())) return null
    const value = await vault.open(row.sealed_token, this.#owner(id, 'access_token'))
    return { value, expiresAt: row.expires_at }
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

  #owner(credentialId: string, purpose: Owner['purpose']): Owner {
    return { userId: this.#parts.userId, credentialId, purpose }
  }
}

/** No token lasts longer than a day, unless the clock was ahead when it was fetched. */
function isStillGood(expiresAt: number, now: number): boolean {
  return expiresAt - now >= MIN_LIFETIME_MS && expiresAt - now <= DAY_MS
}

function usableUntil(expiresAt: number, now: number): number {
  return expiresAt - Math.min(MIN_LIFETIME_MS, (expiresAt - now) / 2)
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
