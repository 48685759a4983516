/**
 * A user's object as it should be, short enough to be read in one sitting. It keeps every lease that was ever
 * granted, so that each number of the real object can be recounted. It knows nothing of lives, rows or flushes.
 */
import type { Upstream } from '../../../src/gemini/upstreams.ts'
import type { LeaseRef } from '../../../src/objects/ledger/lease.ts'
import { outcomeOf, type Outcome, type Verdict } from '../../../src/upstreams/verdict.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const UNHEARD = 50 * SECOND
const GRACE = 5 * MINUTE
export const WRITTEN_AFTER = 10 * SECOND
const FAULT = 10 * MINUTE
const TEST_PATIENCE = 5 * SECOND

type Quota = Extract<Verdict, { kind: 'quota' }>

export interface Member {
  readonly id: string
  readonly upstream: Upstream
  project: string | null
  isQuarantined: boolean
  /**
   * How often the credential was posted. The outcome of a lease from an earlier posting says nothing about this one.
   */
  version: number
}

/** A lease and its outcome. `forgotten`: it was open when the power failed, and has not been reported since. */
export interface Loan {
  readonly ref: LeaseRef
  readonly attempt: string
  readonly version: number
  state: 'open' | 'forgotten' | Outcome
  /** Since when the object has known the lease. Leases are not renewed here. */
  heardAt: number
  isWritten: boolean
  /**
   * The lease outlived the object's memory. Only the memory knew the attempt it belonged to, so if the attempt asks
   * again, it gets another lease.
   */
  isRestored: boolean
}

interface Closure {
  readonly principal: string
  readonly model: string
  readonly dimension: Quota['dimension']
  closedAt: number
  until: number
  retestAt: number | null
  strikes: number
  isUnsure: boolean
}

export interface Wanted {
  readonly model: string
  readonly tried: readonly string[]
  readonly avoid: readonly Upstream[]
}

export type Expected =
  | { readonly ok: true; readonly member: Member; readonly isTest: boolean }
  | { readonly ok: false; readonly reason: string; readonly retryAt?: number }

type Standing =
  | { readonly kind: 'open' | 'test' | 'quarantined' | 'permission_denied' | 'model_not_found' }
  | { readonly kind: 'cooling'; readonly until: number }

export class ReferenceUser {
  readonly ring: Member[] = []
  readonly loans: Loan[] = []
  readonly requests = { ok: 0, failed: 0, refused: 0, cancelled: 0, lost: 0 }
  cursor: string | null = null
  rotations = 0
  /** No client waits until a refusal is committed, so a power cut may lose its count. */
  unconfirmedRefusals = 0
  readonly #closures = new Map<string, Closure>()
  readonly #faults = new Map<
    string,
    { cause: 'model_not_found' | 'permission_denied'; until: number }
  >()
  readonly #tests = new Map<string, Loan>()

  post(id: string, upstream: Upstream, project: string | null): boolean {
    const known = this.member(id)
    if (known === undefined) {
      this.ring.push({ id, upstream, project, isQuarantined: false, version: 0 })
    } else {
      Object.assign(known, { project, isQuarantined: false, version: known.version + 1 })
    }
    for (const [key, { principal }] of this.#closures) {
      if (principal === id) this.#closures.delete(key)
    }
    for (const key of this.#faults.keys()) if (key.startsWith(id)) this.#faults.delete(key)
    this.cursor ??= id
    return known === undefined
  }

  member(id: string): Member | undefined {
    return this.ring.find((member) => member.id === id)
  }

  sharing(id: string): readonly string[] {
    const own = this.member(id)
    if (own === undefined) return []
    const all = this.ring.filter((other) => principalOf(other) === principalOf(own))
    return all.map((other) => other.id).filter((other) => other !== id)
  }

  rotate(): void {
    const next = this.#after(this.cursor).find(({ isQuarantined }) => !isQuarantined)
    if (next !== undefined) this.#turn(next.id)
  }

  /** The open lease of an attempt. If the attempt asks again, it gets the same lease. */
  heldBy(attempt: string): Loan | undefined {
    return this.loans.find(
      (loan) => loan.attempt === attempt && loan.state === 'open' && !loan.isRestored,
    )
  }

  choose({ model, tried, avoid }: Wanted, now: number): Expected {
    const standings = this.#fromCursor().map((member) => {
      return { member, standing: this.#standing(member, model, now) }
    })
    const candidates = standings.filter(
      ({ member }) => !tried.includes(member.id) && !avoid.includes(member.upstream),
    )
    for (const kind of ['open', 'test'] as const) {
      const found = candidates.find(({ standing }) => standing.kind === kind)
      if (found !== undefined) return { ok: true, member: found.member, isTest: kind === 'test' }
    }
    const kinds = standings.map(({ standing }) => standing.kind)
    const refused = (reason: string): Expected => ({ ok: false, reason })
    if (kinds.length === 0) return refused('no_credentials')
    if (kinds.every((kind) => kind === 'quarantined')) return refused('credentials_unusable')
    if (kinds.some((kind) => kind === 'open' || kind === 'test')) return refused('all_tried')
    const recoveries = standings.flatMap(({ standing }) =>
      standing.kind === 'cooling' ? [standing.until] : [],
    )
    if (recoveries.length > 0) {
      return { ok: false, reason: 'exhausted', retryAt: Math.min(...recoveries) }
    }
    return refused(kinds.includes('model_not_found') ? 'model_not_found' : 'credentials_unusable')
  }

  granted(ref: LeaseRef, attempt: string, isTest: boolean): void {
    const member = this.#known(ref.credentialId)
    const { version } = member
    const heardAt = ref.grantedAt
    const loan = { ref, attempt, version, heardAt, isWritten: false, isRestored: false }
    const open: Loan = { ...loan, state: 'open' }
    this.loans.push(open)
    if (isTest) this.#tests.set(keyOf(principalOf(member), ref.model), open)
  }

  refused(): void {
    this.requests.refused++
    this.unconfirmedRefusals++
  }

  /** Returns whether the report counts. `request`: as in a settlement. */
  settle(
    loan: Loan,
    verdict: Verdict,
    request: 'ok' | 'failed' | 'cancelled' | null,
    now: number,
  ): boolean {
    const { state } = loan
    if (state !== 'open' && state !== 'forgotten' && state !== 'lost') return false
    if (now > loan.ref.deadline + GRACE) return false
    loan.state = outcomeOf(verdict)
    if (state === 'lost') this.requests.lost--
    if (request !== null) this.requests[request]++
    for (const [key, test] of this.#tests) if (test === loan) this.#tests.delete(key)
    const member = this.member(loan.ref.credentialId)
    if (member?.version === loan.version) this.#follow(member, loan, verdict, now)
    return true
  }

  #follow(member: Member, { ref }: Loan, verdict: Verdict, now: number): void {
    const { model } = ref
    const principal = principalOf(member)
    if (verdict.kind === 'ok') {
      for (const [key, closure] of this.#closures) {
        const isHere = closure.principal === principal && closure.model === model
        if (isHere && ref.grantedAt > closure.closedAt) this.#closures.delete(key)
      }
    }
    if (verdict.kind === 'quota') {
      this.#close({ principal, model }, verdict, ref.grantedAt, now)
      this.#leave(member, model, now)
    }
    if (verdict.kind !== 'credential_fault') return
    if (verdict.scope === 'credential') {
      member.isQuarantined = true
      this.#leave(member, model, now)
    } else {
      const cause = verdict.reason === 'model_not_found' ? verdict.reason : 'permission_denied'
      this.#faults.set(keyOf(member.id, model), { cause, until: now + FAULT })
    }
  }

  /**
   * Compare and rotate: the cursor moves only if it stands on the failed credential, and only to one that can serve
   * now.
   */
  #leave({ id }: Member, model: string, now: number): void {
    if (this.cursor !== id) return
    const next = this.#after(id).find((other) => this.#standing(other, model, now).kind === 'open')
    if (next !== undefined) this.#turn(next.id)
  }

  #turn(id: string): void {
    this.cursor = id
    this.rotations++
  }

  #close(
    place: { principal: string; model: string },
    verdict: Quota,
    leasedAt: number,
    now: number,
  ): void {
    const { dimension } = verdict
    const key = bucketOf(place, verdict)
    const before = this.#closures.get(key)
    // A 429 closes the bucket anew only if its attempt began after the last closing. A 429 of a test request does not
    // either.
    const isSame = before !== undefined && (leasedAt <= before.closedAt || before.until > now)
    const strikes = (before?.strikes ?? 0) + (isSame ? 0 : 1)
    const fresh = now + closedFor(verdict, strikes, now)
    const until = isSame ? Math.max(before.until, fresh) : fresh
    const left = until - now
    const retestAt = left > HOUR ? now + Math.min(HOUR, Math.ceil(left / 10)) : null
    const closedAt = isSame ? before.closedAt : now
    const isUnsure = before !== undefined && (before.isUnsure || isOld(before, now))
    const shut = { ...place, dimension, closedAt, until, retestAt, strikes, isUnsure }
    this.#closures.set(key, shut)
  }

  #standing(member: Member, model: string, now: number): Standing {
    if (member.isQuarantined) return { kind: 'quarantined' }
    const fault = this.#faults.get(keyOf(member.id, model))
    if (fault !== undefined && fault.until > now) return { kind: fault.cause }
    const principal = principalOf(member)
    const test = this.#tests.get(keyOf(principal, model))
    const isTested = test !== undefined && test.ref.deadline > now
    const shut = [...this.#closures.values()].filter(
      (closure) =>
        closure.principal === principal && closure.model === model && closure.until > now,
    )
    const recoveries = shut
      .filter(({ retestAt }) => retestAt === null || retestAt > now || isTested)
      .map(({ until, retestAt }) => {
        if (retestAt === null) return until
        return retestAt > now ? retestAt : Math.min(until, now + TEST_PATIENCE)
      })
    if (recoveries.length > 0) return { kind: 'cooling', until: Math.max(...recoveries) }
    return { kind: shut.length > 0 ? 'test' : 'open' }
  }

  sweep(now: number): void {
    for (const loan of this.loans) {
      if (loan.state !== 'open' || endOf(loan) > now) continue
      loan.state = 'lost'
      this.requests.lost++
    }
  }

  /** Leases that have been open for a while are written down and survive the object. */
  writeDown(now: number): void {
    for (const loan of this.loans) {
      if (loan.state === 'open' && now - loan.ref.grantedAt >= WRITTEN_AFTER) loan.isWritten = true
    }
  }

  powerCut(now: number): void {
    for (const loan of this.loans) {
      loan.heardAt = now
      loan.isRestored = true
      if (loan.state === 'open' && !loan.isWritten) loan.state = 'forgotten'
    }
    this.#tests.clear()
  }

  /**
   * The object may forget a closing a quarter of an hour after its end, so it may or may not count that closing's
   * strikes. `strikes`: the verdict needs a hint, which makes the strikes irrelevant. `age`: whether the report is
   * outdated is unsure as well.
   */
  unsureOf({ ref }: Loan, verdict: Quota, now: number): 'strikes' | 'age' | null {
    const member = this.member(ref.credentialId)
    if (member === undefined) return null
    const place = { principal: principalOf(member), model: ref.model }
    const before = this.#closures.get(bucketOf(place, verdict))
    if (before === undefined) return null
    if (isOld(before, now) && ref.grantedAt <= before.closedAt) return 'age'
    return before.isUnsure || isOld(before, now) ? 'strikes' : null
  }

  cooldownsOf(member: Member, now: number): readonly string[] {
    const walls = [...this.#closures.values()]
      .filter(({ principal, until }) => principal === principalOf(member) && until > now)
      .map(({ model, dimension, until, retestAt }) => {
        return `${model} ${dimension} ${iso(until)} ${retestAt === null ? null : iso(retestAt)}`
      })
    const faults = [...this.#faults]
      .filter(([key, { until }]) => key.startsWith(member.id) && until > now)
      .map(([key, { cause, until }]) => `${key.split(' ')[1]} ${cause} ${iso(until)}`)
    return [...walls, ...faults].toSorted()
  }

  #known(id: string): Member {
    const member = this.member(id)
    if (member === undefined) throw new Error(`${id} is not in the ring`)
    return member
  }

  #fromCursor(): readonly Member[] {
    const at = Math.max(
      0,
      this.ring.findIndex(({ id }) => id === this.cursor),
    )
    return [...this.ring.slice(at), ...this.ring.slice(0, at)]
  }

  #after(id: string | null): readonly Member[] {
    const at = this.ring.findIndex((member) => member.id === id)
    return [...this.ring.slice(at + 1), ...this.ring.slice(0, at)]
  }
}

function principalOf({ id, upstream, project }: Member): string {
  return project === null ? id : `${upstream}/${project}`
}

function bucketOf(place: { principal: string; model: string }, { dimension }: Quota): string {
  return `${keyOf(place.principal, place.model)} ${dimension}`
}

function isOld({ until }: Closure, now: number): boolean {
  return until + 15 * MINUTE < now
}

function closedFor(verdict: Quota, strikes: number, now: number): number {
  const { dimension, retryAfterMs } = verdict
  if (dimension.endsWith('_per_day')) return pacificMidnightAfter(now) + 30 * SECOND - now
  const wait = retryAfterMs ?? Math.min(SECOND * 2 ** (strikes - 1), 15 * MINUTE)
  const most = dimension.endsWith('_per_minute') ? 5 * MINUTE : 25 * HOUR
  return Math.min(most, Math.max(SECOND, wait))
}

const PACIFIC_HOUR = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
})

/**
 * The next midnight in Los Angeles, which is whole hours away from UTC: the first full hour at which its clocks show
 * zero.
 */
export function pacificMidnightAfter(now: number): number {
  let hour = (Math.floor(now / HOUR) + 1) * HOUR
  while (Number(PACIFIC_HOUR.format(hour)) !== 0) hour += HOUR
  return hour
}

function keyOf(one: string, other: string): string {
  return `${one} ${other}`
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}

/** When a lease counts as lost: at its deadline, or earlier if it was not renewed. */
export function endOf({ ref, heardAt }: Loan): number {
  return Math.min(ref.deadline, heardAt + UNHEARD)
}
