/** Plays a story on a real object and on the reference, and compares the two after every step. */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { isLike, isSame } from './agree.ts'
import type { Upstream } from '../../../src/gemini/upstreams.ts'
import { NO_TOKENS } from '../../../src/gemini/usage.ts'
import type {
  Lease,
  LeaseRequest,
  LeaseResult,
  Settlement,
} from '../../../src/objects/ledger/lease.ts'
import type { Stats } from '../../../src/wire/stats.ts'
import { OUTCOMES, type Verdict } from '../../../src/upstreams/verdict.ts'
import { type Command, jumped, type Step, type Story } from './commands.ts'
import { endOf, type Loan, ReferenceUser, type Wanted, WRITTEN_AFTER } from './reference.ts'
import type { LongWaits } from './long-waits.ts'
import { anAdmin } from '../../support/pollux.ts'

const PATIENCE_MS = 3000
/** Keys from this number on belong to another upstream. */
const FIRST_VERTEX_KEY = 3

export async function play({ start, ring, steps }: Story, waits: LongWaits): Promise<void> {
  vi.setSystemTime(Date.parse(start))
  const run = new Play(waits)
  try {
    for (const [key, isShared] of ring.entries()) await run.post(key, isShared)
    for (const step of steps) await run.take(step)
    await run.end()
  } finally {
    // Nothing that this story left open may act in the next one.
    waits.forget()
    await abortAllDurableObjects()
  }
}

class Play {
  readonly #model = new ReferenceUser()
  readonly #name = `${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '')
  readonly #waits: LongWaits
  #asked = 0

  constructor(waits: LongWaits) {
    this.#waits = waits
  }

  async take(step: Step): Promise<void> {
    await this.#do(step)
    if (!step.isUnseen || step.do.startsWith('cut')) await this.look()
  }

  /** A day later every lease has been reported or is lost, and the sums must still be right. */
  async end(): Promise<void> {
    await this.look()
    vi.setSystemTime(Date.now() + 24 * 3_600_000)
    await this.look()
    isSame(this.#model.loans.filter(({ state }) => state === 'open').length, 0)
    await this.#cut()
    await this.look()
  }

  #do(step: Command): Promise<void> {
    switch (step.do) {
      case 'lease': {
        const tried = step.tried.flatMap((index) => this.#model.ring[index]?.id ?? [])
        const avoid: Upstream[] = step.avoid ? ['vertex'] : []
        return this.#lease({ model: step.model, tried, avoid })
      }
      case 'burst':
        return this.#burst(step.model, step.count)
      case 'twins':
        return this.#twins(step.model)
      case 'again':
        return this.#again(step.pick)
      case 'settle':
        return this.#withLoan(unsettled, step.pick, (loan) => this.#settle(loan, step.verdict))
      case 'settle all':
        return this.#settleAll(step.model, step.verdict)
      case 'resettle':
        return this.#withLoan(settled, step.pick, (loan) => this.#settle(loan, step.verdict))
      case 'next':
        return this.#withLoan(unsettled, step.pick, (loan) =>
          this.#next(loan, step.verdict, step.isRepeated),
        )
      case 'cut while settling':
        return this.#withLoan(unsettled, step.pick, (loan) => this.#cutWhile(loan, step.pick % 4))
      case 'shut':
        return this.#shut(step.model)
      case 'post':
        return this.post(step.key, step.isShared)
      case 'rotate':
        return this.#rotate()
      case 'clock':
        return this.#clock(jumped(Date.now(), step.jump))
      case 'alarm':
        return this.#alarm()
      case 'cut':
        return this.#cut()
    }
  }

  async post(key: number, isShared: boolean): Promise<void> {
    const upstream = key < FIRST_VERTEX_KEY ? 'gemini-api' : 'vertex'
    const project = isShared ? 'one-project' : null
    const input = {
      secret: { type: 'api_key', apiKey: `key-${key}` },
      upstream,
      label: null,
      project,
      location: null,
      quotaProject: null,
    } as const
    const result = await this.#user().putCredential(input, true, anAdmin())
    if (!result.ok) throw new Error(result.reason)
    const { id } = result.credential
    const created = this.#model.post(id, upstream, project)
    const count = this.#model.ring.length
    isLike(result, { created, count, sharesQuotaWith: this.#model.sharing(id) })
  }

  #lease(wanted: Wanted): Promise<void> {
    const request = this.#request(wanted)
    return this.#user()
      .lease(request)
      .then((result) => this.#judge(request, result, 'refused'))
  }

  async #burst(model: string, count: number): Promise<void> {
    const requests = Array.from({ length: count }, () =>
      this.#request({ model, tried: [], avoid: [] }),
    )
    const results = await Promise.all(requests.map((request) => this.#user().lease(request)))
    for (const [index, request] of requests.entries()) {
      this.#judge(request, present(results[index]), 'refused')
    }
  }

  async #twins(model: string): Promise<void> {
    const request = this.#request({ model, tried: [], avoid: [] })
    const results = await Promise.all([0, 1].map(() => this.#user().lease(request)))
    for (const result of results) this.#judge(request, result, 'refused')
  }

  #again(pick: number): Promise<void> {
    const isAskable = (loan: Loan): boolean =>
      loan.state === 'open' && !loan.isRestored && endOf(loan) > Date.now()
    return this.#withLoan(isAskable, pick, async (loan) => {
      const [requestId = '', attempt] = loan.attempt.split('.')
      const { model } = loan.ref
      const request = this.#request({ model, tried: [], avoid: [] }, requestId, Number(attempt))
      this.#judge(request, await this.#user().lease(request), 'refused')
    })
  }

  async #shut(model: string): Promise<void> {
    const verdict: Verdict = {
      kind: 'quota',
      dimension: 'unknown',
      retryAfterMs: 5 * 3_600_000,
      evidence: 'retry_info',
    }
    for (const _ of this.#model.ring) {
      const before = this.#model.loans.length
      await this.#lease({ model, tried: [], avoid: [] })
      const loan = this.#model.loans[before]
      if (loan !== undefined) await this.#settle(loan, verdict)
    }
    await this.#clock(Date.now() + 3_600_000)
  }

  async #settle(loan: Loan, wanted: Verdict): Promise<void> {
    const verdict = this.#knowable(loan, wanted)
    const report = reportOf(loan, verdict)
    const { counted } = await this.#user().settle(report)
    isSame(counted, this.#model.settle(loan, verdict, report.request, Date.now()))
    if (counted) this.#model.unconfirmedRefusals = 0
  }

  async #settleAll(model: string, wanted: Verdict): Promise<void> {
    const loans = this.#model.loans.filter(
      (loan) => loan.state === 'open' && loan.ref.model === model,
    )
    const now = Date.now()
    // Settled one by one if the reference cannot predict the result of settling all at once.
    if (loans.some((loan) => this.#knowable(loan, wanted) !== wanted)) {
      for (const loan of loans) await this.#settle(loan, wanted)
      return
    }
    const reports = loans.map((loan) => reportOf(loan, wanted))
    const results = await Promise.all(reports.map((report) => this.#user().settle(report)))
    isSame(
      results.map(({ counted }) => counted),
      loans.map((loan) => this.#model.settle(loan, wanted, requestOf(wanted), now)),
    )
  }

  async #next(loan: Loan, wanted: Verdict, isRepeated: boolean): Promise<void> {
    const verdict = this.#knowable(loan, wanted)
    const report = { ...reportOf(loan, verdict), request: null }
    const [requestId = '', attempt] = loan.attempt.split('.')
    const tried = [loan.ref.credentialId]
    const onward = { model: loan.ref.model, tried, avoid: [] }
    const request = this.#request(onward, requestId, Number(attempt) + 1)
    for (const _ of isRepeated ? ['first', 'repeated'] : ['first']) {
      const result = await this.#user().settleAndLease(report, request)
      const counted = this.#model.settle(loan, verdict, null, Date.now())
      this.#judge(request, result, counted ? 'failed' : null)
      if (counted) this.#model.unconfirmedRefusals = 0
    }
  }

  async #rotate(): Promise<void> {
    const from = this.#model.cursor
    this.#model.rotate()
    isSame(await this.#user().rotate(anAdmin()), { ok: true, from, to: this.#model.cursor })
  }

  async #clock(to: number): Promise<void> {
    const passed = to - Date.now()
    vi.setSystemTime(to)
    const unwritten = this.#model.loans.filter(
      ({ state, isWritten }) => state === 'open' && !isWritten,
    )
    // As long as a lease is not written down, some code must be waiting to do it.
    isSame(unwritten.length > 0 && this.#waits.count === 0, false)
    if (passed < WRITTEN_AFTER || this.#waits.count === 0) return
    await runInDurableObject(this.#user(), () => this.#waits.end())
    this.#model.writeDown(to)
  }

  async #alarm(): Promise<void> {
    const due = await runInDurableObject(this.#user(), (_, { storage }) => storage.getAlarm())
    const deadlines = this.#model.loans
      .filter(({ state, isWritten }) => state === 'open' && isWritten)
      .map(endOf)
    isSame((due ?? Infinity) <= Math.min(...deadlines) || deadlines.length === 0, true)
    if (!(await runDurableObjectAlarm(this.#user()))) return
    this.#model.sweep(Date.now())
  }

  async #cut(): Promise<void> {
    this.#waits.forget()
    await abortAllDurableObjects()
    this.#model.powerCut(Date.now())
    // Wakes the object now, so that the next step does not.
    await this.#user().admission('nobody')
  }

  async #cutWhile(loan: Loan, ms: number): Promise<void> {
    const verdict: Verdict = { kind: 'ok' }
    const report = reportOf(loan, verdict)
    const answer = this.#user()
      .settle(report)
      .then(
        ({ counted }) => counted,
        () => null, // The power failed first.
      )
    await scheduler.wait(ms * 10) // LongWaits shortens it.
    await this.#cut()
    const before = await answer
    const { counted } = await this.#user().settle(report)
    const expected = this.#model.settle(loan, verdict, report.request, Date.now())
    if (before === null) isSame(expected || !counted, true)
    // A confirmed settlement is not counted again; one that was not confirmed is counted now.
    else isSame([before, counted], [expected, false])
  }

  /** Compares a lease or its refusal with the reference's. */
  #judge(request: LeaseRequest, result: LeaseResult, refusedAs: 'refused' | 'failed' | null): void {
    const model = this.#model
    const now = Date.now()
    const held = model.heldBy(attemptOf(request))
    if (held !== undefined) {
      // The token may have been replaced since the first grant, so its serial may differ.
      const again = result.ok && { ...refOf(result.lease), tokenSerial: held.ref.tokenSerial }
      isSame(again, held.ref)
      return
    }
    const expected = model.choose(request, now)
    if (!result.ok || !expected.ok) {
      isLike(result, expected)
      if (!result.ok && 'retryAt' in result) isSame((result.retryAt ?? now) > now, true)
      if (refusedAs === 'refused') model.refused()
      if (refusedAs === 'failed') model.requests.failed++
      return
    }
    const { lease } = result
    isSame(lease.credentialId, expected.member.id)
    isLike(lease, { model: request.model, countedAs: request.model, grantedAt: now })
    isSame(model.loans.map(({ ref }) => ref.id).includes(lease.id), false)
    model.granted(refOf(lease), attemptOf(request), expected.isTest)
  }

  /** Compares everything that the stats show with what happened. */
  async look(): Promise<void> {
    const model = this.#model
    const now = Date.now()
    const stats = await this.#user().stats()
    if (stats === null) throw new Error('The user is gone.')
    model.sweep(now)
    const { refused } = stats.requests
    const atLeast = model.requests.refused - model.unconfirmedRefusals
    if (refused >= atLeast && refused < model.requests.refused) model.requests.refused = refused
    model.unconfirmedRefusals = 0
    isSame(seen(stats), told(model, now))
    isSame(model.ring.map(({ id }) => id).includes(stats.ring.cursor ?? ''), true)
  }

  #user() {
    return env.USERS.getByName(this.#name)
  }

  #request(
    { model, tried, avoid }: Wanted,
    requestId = `r${++this.#asked}`,
    attempt = 1,
  ): LeaseRequest {
    const unlimited = { keyDigest: this.#name, estimatedTokens: 10, session: null }
    return { model, tried, avoid, requestId, attempt, patienceMs: PATIENCE_MS, ...unlimited }
  }

  async #withLoan(
    matches: (loan: Loan) => boolean,
    pick: number,
    act: (loan: Loan) => Promise<void>,
  ): Promise<void> {
    const loans = this.#model.loans.filter(matches)
    const loan = loans[pick % Math.max(1, loans.length)]
    if (loan !== undefined) await act(loan)
  }

  /**
   * The verdict. If its consequences would depend on what the object may have forgotten, another verdict whose
   * consequences do not.
   */
  #knowable(loan: Loan, verdict: Verdict): Verdict {
    if (verdict.kind !== 'quota') return verdict
    const unsure = this.#model.unsureOf(loan, verdict, Date.now())
    if (unsure === 'age') return { kind: 'cancelled' }
    return unsure === 'strikes' && verdict.retryAfterMs === null
      ? { ...verdict, retryAfterMs: 34_000 }
      : verdict
  }
}

function seen({ ring, ledger, requests, open_leases: open, ...stats }: Stats): object {
  return {
    cursor: ring.cursor,
    rotations: ring.rotations,
    ring: ring.credentials.map(({ id, state, cooldowns, attempts, models }) => ({
      id,
      state,
      cooldowns: cooldowns
        .map(({ model, cause, dimension, until, retest_at: retestAt }) =>
          cause === 'quota'
            ? `${model} ${dimension} ${until} ${retestAt}`
            : `${model} ${cause} ${until}`,
        )
        .toSorted(),
      attempts,
      models: Object.fromEntries(
        Object.entries(models)
          .map(([model, { tokens: _tokens, cost: _cost, ...counts }]) => [model, counts] as const)
          .filter(([, { granted }]) => granted > 0),
      ),
    })),
    ledger,
    requests,
    totals: [stats.total_requests, stats.requests_per_credential],
    open: open
      .map(({ credential, model, deadline }) => `${credential} ${model} ${deadline}`)
      .sort(),
  }
}

function told(model: ReferenceUser, now: number): object {
  const open = model.loans.filter(({ state }) => state === 'open')
  const all = countsOf(model.loans)
  const ended = Object.values(model.requests).reduce((sum, count) => sum + count, 0)
  return {
    cursor: model.cursor,
    rotations: model.rotations,
    ring: model.ring.map((member) => {
      const own = model.loans.filter(({ ref }) => ref.credentialId === member.id)
      const counted = own.filter(({ state }) => state !== 'forgotten')
      return {
        id: member.id,
        state: member.isQuarantined ? 'quarantined' : 'active',
        cooldowns: model.cooldownsOf(member, now),
        attempts: countsOf(own),
        models: Object.fromEntries(
          counted.map(({ ref }) => [
            ref.model,
            countsOf(own.filter((loan) => loan.ref.model === ref.model)),
          ]),
        ),
      }
    }),
    ledger: {
      granted: all.granted,
      settled: all.granted - open.length,
      open: open.length,
      holds: true,
    },
    requests: { total: ended + open.length, open: open.length, ...model.requests },
    totals: [
      ended + open.length,
      Object.fromEntries(
        model.ring.map(({ id }) => [
          id,
          countsOf(model.loans.filter(({ ref }) => ref.credentialId === id)).granted,
        ]),
      ),
    ],
    open: open
      .map(({ ref }) => `${ref.credentialId} ${ref.model} ${new Date(ref.deadline).toISOString()}`)
      .toSorted(),
  }
}

/** Counts from the leases. Each lease on the books is in exactly one state. */
function countsOf(loans: readonly Loan[]): { readonly granted: number; readonly open: number } {
  const inState = (state: Loan['state']): number =>
    loans.filter((loan) => loan.state === state).length
  return {
    granted: loans.length - inState('forgotten'),
    open: inState('open'),
    ...Object.fromEntries(OUTCOMES.map((outcome) => [outcome, inState(outcome)])),
  }
}

function unsettled({ state }: Loan): boolean {
  return state === 'open' || state === 'forgotten' || state === 'lost'
}

function settled(loan: Loan): boolean {
  return !unsettled(loan)
}

function requestOf({ kind }: Verdict): 'ok' | 'cancelled' | 'failed' {
  return kind === 'ok' || kind === 'cancelled' ? kind : 'failed'
}

function reportOf({ ref }: Loan, verdict: Verdict): Settlement {
  return { lease: ref, verdict, status: 200, tokens: NO_TOKENS, request: requestOf(verdict) }
}

function refOf({ access: _access, ...ref }: Lease): Settlement['lease'] {
  return ref
}

function attemptOf({ requestId, attempt }: LeaseRequest): string {
  return `${requestId}.${attempt}`
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing')
  return value
}
