import { DurableObject } from 'cloudflare:workers'
import { readSettings } from '../settings.ts'
import type { Verdict } from '../upstreams/verdict.ts'
import { AccessTokens } from './access-tokens.ts'
import { cooldownAfter, Cooldowns } from './cooldowns.ts'
import { type Credential, credentialId, type CredentialInput } from './credential.ts'
import { Credentials } from './credentials.ts'
import type { LeaseRequest, LeaseResult, Settled, Settlement } from './lease.ts'
import { CHECKPOINT_AFTER_MS, Ledger } from './ledger.ts'
import { nextActive, nextCursor, type Ring, select } from './ring.ts'
import { snapshotKey, snapshotOf } from './snapshot.ts'
import { buildStats, type Stats } from './stats.ts'
import { isConfigured, migrate } from './storage.ts'
import { Profile } from './profile.ts'
import { openVault, type Vault } from './vault.ts'

export type PutCredentialResult =
  | {
      readonly ok: true
      readonly credential: Credential
      /** False where a known credential was updated in place. */
      readonly created: boolean
      readonly count: number
    }
  | { readonly ok: false; readonly reason: 'ring_full'; readonly count: number }
  | { readonly ok: false; readonly reason: 'vault_not_configured' | 'misconfigured' }

export type RotateResult =
  | { readonly ok: true; readonly from: string; readonly to: string }
  | { readonly ok: false; readonly reason: 'unknown_user' }

/** Settlements that arrive within this time of each other are committed together. */
const SETTLE_WINDOW_MS = 2
/** Changes of the configuration that follow each other are one write to KV, which takes one a second per key. */
const SNAPSHOT_DELAY_MS = 1000
/** How often rows that nobody can ask for any more are looked for. */
const PRUNE_EVERY_MS = 60 * 60_000
/** Selections within one lease: each pass either grants or takes one credential out, so only a storm of edits gets this far. */
const MAX_SELECTIONS = 200

/** What a configured user's object holds in memory; made anew from storage whenever the object wakes. */
interface State {
  readonly profile: Profile
  readonly credentials: Credentials
  readonly cooldowns: Cooldowns
  readonly ledger: Ledger
  readonly tokens: AccessTokens
}

/**
 * One user: the single writer of the ring and its cursor, sealed credentials, access tokens, cooldowns and the lease ledger.
 * It decides and counts; prompts and completions never enter it. Every decision is one synchronous step: read, decide, write,
 * with no await between, so none can interleave with another.
 *
 * Every public method is an RPC method. Expected outcomes are values; what is thrown is a bug.
 */
export class UserObject extends DurableObject<Env> {
  readonly #userId: string
  #state: State | null = null
  #vault: Promise<Vault | null> | null = null
  #flushing: Promise<void> | null = null
  #checkpoint: AbortController | null = null
  #alarmAt: number | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#userId = ctx.id.name ?? ctx.id.toString()
    // A key that nobody configured wakes an object too; it must not leave a table behind.
    if (isConfigured(ctx.storage.sql)) {
      migrate(ctx.storage, Date.now())
      this.#state = this.#load()
    }
  }

  /** Whether this user exists. */
  isKnown(): boolean {
    return this.#state !== null
  }

  /** Permission for the first attempt of a request. */
  async lease(request: LeaseRequest): Promise<LeaseResult> {
    if (this.#state === null) return { ok: false, reason: 'unknown_user' }
    const result = await this.#grant(this.#state, request)
    if (!result.ok) this.#ended(this.#state, 'refused')
    return result
  }

  /** Takes the report of an attempt, and answers once it is on disk. Idempotent by lease id. */
  async settle(settlement: Settlement): Promise<Settled> {
    const counted = this.#settle(settlement)
    await this.#flushSoon()
    return { counted }
  }

  /** Reports an attempt that failed and asks for the request's next one in the same round trip. */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    if (this.#state === null) return { ok: false, reason: 'unknown_user' }
    this.#settle(settlement)
    const result = await this.#grant(this.#state, request)
    if (!result.ok) this.#ended(this.#state, 'failed')
    // The client waits for this one, so the window is not waited for; the answer is held until the commit all the same.
    this.#flush()
    return result
  }

  /** Adds a credential at the end of the ring, or updates a known one in place. Creates the user where there is none. */
  async putCredential(input: CredentialInput): Promise<PutCredentialResult> {
    const settings = readSettings(this.env)
    if (!settings.ok) return { ok: false, reason: 'misconfigured' }
    const vault = await this.#openVault()
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const id = await credentialId(this.#userId, input.secret)
    const sealed = await vault.seal(JSON.stringify(input.secret), {
      userId: this.#userId,
      credentialId: id,
      purpose: 'secret',
    })

    // From here on without await: the check of the limit and the write are one step.
    const now = Date.now()
    const known = this.#state?.credentials.get(id) !== undefined
    const count = this.#state?.credentials.all().length ?? 0
    if (!known && count >= settings.settings.maxCredentials) {
      return { ok: false, reason: 'ring_full', count }
    }
    if (this.#state === null) {
      migrate(this.ctx.storage, now)
      this.#state = this.#load()
    }
    const { profile, credentials, cooldowns, tokens } = this.#state
    credentials.put(id, input, sealed, now)
    cooldowns.clearCredential(id)
    tokens.secretChanged(id)
    if (profile.cursor === null) profile.moveCursor(id)
    profile.configChanged()
    this.#wakeBy(now + SNAPSHOT_DELAY_MS)
    const credential = credentials.get(id)
    if (credential === undefined) throw new Error('The credential just written is not there.')
    return { ok: true, credential, created: !known, count: credentials.all().length }
  }

  /** Moves the cursor one credential on, past those in quarantine. */
  rotate(): RotateResult {
    if (this.#state === null) return { ok: false, reason: 'unknown_user' }
    const { profile } = this.#state
    const from = profile.cursor ?? ''
    const to = nextActive(this.#ring(this.#state), from)
    if (to !== from) profile.rotate(to)
    return { ok: true, from, to }
  }

  /** All that may be known about this user's ring and counters; null where there is no such user. Never waits on Google. */
  stats(): Stats | null {
    if (this.#state === null) return null
    const { profile, credentials, cooldowns, ledger } = this.#state
    const now = Date.now()
    this.#sweep(this.#state, now)
    return buildStats({
      userId: this.#userId,
      createdAt: profile.createdAt,
      cursor: profile.cursor,
      rotations: profile.rotations,
      credentials: credentials.all(),
      cooldowns: cooldowns.all(),
      attempts: ledger.attempts(),
      requests: ledger.requests(),
      openLeases: ledger.openLeases(),
      now,
    })
  }

  /** Work that is due: leases to count as lost, rows to forget, a snapshot to write. At least once, so all of it is idempotent. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null
    if (this.#state === null) return
    const { profile, cooldowns, ledger } = this.#state
    const now = Date.now()
    this.#sweep(this.#state, now)
    ledger.prune(now)
    cooldowns.prune(now)
    if (profile.snapshotDue()) await this.#writeSnapshot(this.#state)
    const due = this.#nextDue(this.#state, Date.now())
    if (due !== Infinity) this.#wakeBy(due)
  }

  #load(): State {
    const settings = readSettings(this.env)
    if (!settings.ok) throw new Error(settings.message) // the Worker refuses every request before it comes here
    const { sql } = this.ctx.storage
    const credentials = new Credentials(sql)
    return {
      profile: new Profile(sql),
      credentials,
      cooldowns: new Cooldowns(sql),
      ledger: new Ledger(sql),
      tokens: new AccessTokens({
        sql,
        credentials,
        vault: () => this.#openVault(),
        userId: this.#userId,
        settings: settings.settings,
      }),
    }
  }

  async #grant(state: State, request: LeaseRequest): Promise<LeaseResult> {
    const { tokens, ledger, cooldowns } = state
    const unavailable = new Set<string>()
    let retryAt = Infinity
    for (let pass = 0; pass < MAX_SELECTIONS; pass++) {
      const now = Date.now()
      const tried = [...request.tried, ...unavailable]
      const cooldownOf = cooldowns.of.bind(cooldowns)
      const selection = select(this.#ring(state), cooldownOf, { ...request, tried }, now)
      if (!selection.ok) {
        const waiting = selection.reason === 'all_tried' && unavailable.size > 0
        return waiting ? { ok: false, reason: 'token_unavailable', retryAt } : selection
      }
      const { credential } = selection
      const held = tokens.current(credential, now)
      if (held !== undefined) {
        if (tokens.endsSoon(credential, now)) this.ctx.waitUntil(tokens.prepare(credential.id))
        const lease = ledger.grant(credential.id, request.model, held.serial, now)
        this.#checkpointLater(state)
        const { upstream, project, location, quotaProject } = credential
        return {
          ok: true,
          lease: {
            ...lease,
            access: { upstream, project, location, quotaProject, auth: held.auth },
          },
        }
      }
      const ready = await tokens.prepare(credential.id)
      if (ready.ok) continue
      if (ready.reason === 'vault') return { ok: false, reason: 'vault_not_configured' }
      if (ready.reason === 'dead') {
        this.#quarantine(state, credential.id, request.model, ready.fault)
      } else {
        state.credentials.recordError(credential.id, `token_endpoint ${ready.error}`, Date.now())
        unavailable.add(credential.id)
        retryAt = Math.min(retryAt, ready.retryAt)
      }
    }
    throw new Error('No selection settled: the ring changed with every look at it.')
  }

  #settle(settlement: Settlement): boolean {
    if (this.#state === null) return false
    const now = Date.now()
    const counted = this.#state.ledger.settle(settlement, now)
    if (counted) this.#follow(this.#state, settlement, now)
    if (this.#state.ledger.openCount() === 0) {
      this.#checkpoint?.abort()
      this.#checkpoint = null
    }
    return counted
  }

  /** What follows from a verdict for the credential that got it. */
  #follow(state: State, { lease, verdict, status }: Settlement, now: number): void {
    const { cooldowns, credentials, tokens } = state
    const { credentialId: id, model } = lease
    if (credentials.get(id) === undefined) return
    if (verdict.kind === 'ok') {
      cooldowns.refute(id, model, lease.grantedAt)
      return
    }
    if (verdict.kind === 'token_rejected') tokens.discard(id, lease.tokenSerial)
    if (verdict.kind === 'credential_fault' && verdict.scope === 'credential') {
      this.#quarantine(state, id, model, verdict.reason)
    }
    const cooldown = cooldownAfter(
      { credentialId: id, model },
      verdict,
      cooldowns.of(id, model),
      now,
    )
    if (cooldown !== undefined) cooldowns.set(cooldown)
    if (verdict.kind === 'quota') this.#rotateFrom(state, id, model, now)
    const error = describe(verdict, status)
    if (error !== null) credentials.recordError(id, error, now)
  }

  #quarantine(
    state: State,
    id: string,
    model: string,
    reason: Parameters<Credentials['quarantine']>[1],
  ): void {
    state.credentials.quarantine(id, reason)
    this.#rotateFrom(state, id, model, Date.now())
  }

  /** Compare-and-rotate: of many failures on one credential, the first moves the cursor and the rest find it moved. */
  #rotateFrom(state: State, id: string, model: string, now: number): void {
    const { profile, cooldowns } = state
    if (profile.cursor !== id) return
    const next = nextCursor(this.#ring(state), cooldowns.of.bind(cooldowns), id, model, now)
    if (next !== id) profile.rotate(next)
  }

  #ring(state: State): Ring {
    return { credentials: state.credentials.all(), cursor: state.profile.cursor }
  }

  #ended(state: State, outcome: 'refused' | 'failed'): void {
    state.ledger.requestEnded(outcome)
    this.ctx.waitUntil(this.#flushSoon())
  }

  /** One commit for all settlements that arrive in the window; each caller's answer waits for it. */
  #flushSoon(): Promise<void> {
    this.#flushing ??= scheduler.wait(SETTLE_WINDOW_MS).then(() => {
      this.#flushing = null
      this.#flush()
    })
    return this.#flushing
  }

  #flush(): void {
    const now = Date.now()
    if (this.#state?.ledger.flush(now) === true) this.#wakeBy(now + PRUNE_EVERY_MS)
  }

  #sweep(state: State, now: number): void {
    state.ledger.sweep(now)
    this.#flush()
  }

  /** Long attempts are written down; short ones never are. The timer ends with the last open lease, so that it keeps no idle object awake. */
  #checkpointLater(state: State): void {
    if (this.#checkpoint !== null) return
    const timer = new AbortController()
    this.#checkpoint = timer
    const due = scheduler.wait(CHECKPOINT_AFTER_MS, { signal: timer.signal }).then(
      () => {
        this.#checkpoint = null
        state.ledger.checkpoint(Date.now())
        const deadline = state.ledger.nextDeadline()
        if (deadline === null) return
        this.#wakeBy(deadline)
        this.#checkpointLater(state)
      },
      () => undefined, // ended by #settle: nothing is open any more
    )
    this.ctx.waitUntil(due)
  }

  /** One alarm serves all that is due later; it is only ever moved forward, and its handler works out what comes next. */
  #wakeBy(at: number): void {
    // After a restart nobody remembers what the alarm was set for: it must not be moved past anything that is outstanding.
    const known = this.#alarmAt
    const due = known === null ? Math.min(at, this.#nextDue(this.#state, Date.now())) : at
    if (known !== null && known <= due) return
    this.#alarmAt = due
    // Nobody waits for it: whatever it is for is on disk already, and is found again with the next wake.
    this.ctx.waitUntil(this.ctx.storage.setAlarm(due, { allowUnconfirmed: true }))
  }

  #nextDue(state: State | null, now: number): number {
    const snapshot = state?.profile.snapshotDue() === true ? now + SNAPSHOT_DELAY_MS : Infinity
    return Math.min(snapshot, state?.ledger.nextDeadline() ?? Infinity)
  }

  async #writeSnapshot(state: State): Promise<void> {
    const { profile, credentials } = state
    const version = profile.configVersion
    const user = { userId: this.#userId, createdAt: profile.createdAt, version }
    try {
      await this.env.SNAPSHOTS.put(snapshotKey(this.#userId), snapshotOf(user, credentials), {
        metadata: { version },
      })
      profile.snapshotWritten(version)
    } catch (error) {
      console.error({ event: 'snapshot_failed', user: this.#userId, error: String(error) })
      throw error // the runtime repeats an alarm that fails, with backoff; the version stays behind until it lands
    }
  }

  #openVault(): Promise<Vault | null> {
    this.#vault ??= openVault(this.env.VAULT_KEY)
    return this.#vault
  }
}

/** The last error as the stats show it; null for what is not the credential's or Google's doing. */
function describe(verdict: Verdict, status: number): string | null {
  const { kind } = verdict
  if (kind === 'ok' || kind === 'client_fault' || kind === 'cancelled') return null
  const reason = 'reason' in verdict ? verdict.reason : kind === 'quota' ? verdict.dimension : ''
  return [status === 0 ? '' : String(status), kind, reason].filter((word) => word !== '').join(' ')
}
