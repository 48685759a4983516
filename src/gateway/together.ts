import type { Clock } from '../clock.ts'

/** More requests would make one answer of the object's long, and those at its head wait for it. */
const MAX_TOGETHER = 64
/**
 * If the platform ends a request, what it was doing for others ends with it. So after this time nobody joins its group any
 * more, or takes its call for one that is under way.
 */
const OVERDUE_MS = 1000
/** How long a group of several waits for more. */
const WINDOW_MS = 2
/** A smaller group costs more than its requests' own calls: each waits, and the timers are calls as well. */
const PAYS_FROM = 4
/** After so many groups in turn that did not pay, nobody waits for others for the next FEW_FOR requests. */
const FEW_AFTER = 3
const FEW_FOR = 256
/** Users of whom it is remembered. */
const MAX_REMEMBERED = 1000
/** After so long without a word, a request asks by itself. */
const LOST_MS = 5000

/** The request that asks a user's object. */
export interface Asker {
  readonly env: Env
  readonly userId: string
  readonly clock: Clock
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** The same question for one request and for several. It must be idempotent: a request may ask once more by itself. */
export interface Calls<Asked, Told> {
  readonly alone: (env: Env, userId: string, asked: Asked) => Promise<Told>
  /** One answer for each, in their order. Null: the request must ask by itself. */
  readonly together: (
    env: Env,
    userId: string,
    asked: readonly Asked[],
  ) => Promise<readonly (Told | null)[]>
}

/** Requests of one user that will be one call. The first of them sends it. */
interface Group<Asked, Told> {
  readonly asked: Asked[]
  /** Epoch milliseconds. */
  readonly since: number
  /** Null if the call failed. Never rejects. */
  readonly told: Promise<readonly (Told | null)[] | null>
}

/** A user whose requests are too few at one time to be gathered. */
interface Few {
  /** Groups in turn that did not pay. */
  groups: number
  /** How many requests still ask alone before another group is tried. */
  alone: number
}

/**
 * Asks users' objects for many requests at once. Calling an object costs as much as a quarter of all else that a short request
 * does, so requests of one user that come while another asks are one call. They wait for a turn of the event loop, and where
 * that brought several for two milliseconds more. A request that comes alone asks at once, and so do all of a user whose groups
 * stay small, such as an agent's with a few calls at one time. Kept in the isolate: requests of one user at one time mostly meet
 * in the same one.
 */
export class Together<Asked, Told> {
  readonly #calls: Calls<Asked, Told>
  readonly #gathering = new Map<string, Group<Asked, Told>>()
  /** By user, since when the last call is under way. */
  readonly #underWay = new Map<string, { readonly since: number }>()
  readonly #few = new Map<string, Few>()

  constructor(calls: Calls<Asked, Told>) {
    this.#calls = calls
  }

  async ask(asker: Asker, asked: Asked): Promise<Told> {
    const { userId } = asker
    const now = Date.now()
    const group = this.#gathering.get(userId)
    if (group !== undefined && isFresh(group, now) && group.asked.length < MAX_TOGETHER) {
      const at = group.asked.push(asked) - 1
      return (await heard(asker, group, at)) ?? this.#askAlone(asker, asked)
    }
    const isAlone = !isFresh(this.#underWay.get(userId), now) || this.#isOfFew(userId)
    if (isAlone) return this.#askAlone(asker, asked)
    const told = await this.#lead(asker, asked, now)
    return told?.[0] ?? this.#askAlone(asker, asked)
  }

  #isOfFew(userId: string): boolean {
    const few = this.#few.get(userId)
    if (few === undefined || few.alone === 0) return false
    few.alone--
    return true
  }

  #learn(userId: string, { length }: readonly Asked[]): void {
    if (length >= PAYS_FROM) {
      this.#few.delete(userId)
      return
    }
    if (this.#few.size >= MAX_REMEMBERED) this.#few.clear()
    const few = this.#few.get(userId) ?? { groups: 0, alone: 0 }
    few.groups++
    if (few.groups >= FEW_AFTER) few.alone = FEW_FOR
    this.#few.set(userId, few)
  }

  #askAlone({ env, userId }: Asker, asked: Asked): Promise<Told> {
    return this.#flying(userId, () => this.#calls.alone(env, userId, asked))
  }

  async #flying<T>(userId: string, call: () => Promise<T>): Promise<T> {
    const flight = { since: Date.now() }
    this.#underWay.set(userId, flight)
    try {
      return await call()
    } finally {
      if (this.#underWay.get(userId) === flight) this.#underWay.delete(userId)
    }
  }

  #lead(asker: Asker, first: Asked, since: number): Group<Asked, Told>['told'] {
    const asked = [first]
    const told = this.#send(asker, asked)
    this.#gathering.set(asker.userId, { asked, since, told })
    // The client of this request may leave, and the others wait all the same.
    asker.waitUntil(told)
    return told
  }

  async #send({ env, userId }: Asker, asked: Asked[]): Group<Asked, Told>['told'] {
    await scheduler.wait(0)
    if (asked.length > 1) await scheduler.wait(WINDOW_MS)
    if (this.#gathering.get(userId)?.asked === asked) this.#gathering.delete(userId)
    this.#learn(userId, asked)
    if (asked.length === 1) return null
    try {
      return await this.#flying(userId, () => this.#calls.together(env, userId, asked))
    } catch {
      // The object was reset, or is of an earlier version and knows no such call. Each request asks by itself, and reports what
      // it meets.
      return null
    }
  }
}

function isFresh(begun: { readonly since: number } | undefined, now: number): boolean {
  return begun !== undefined && now <= begun.since + OVERDUE_MS
}

/** What the group's call brought for one of its other requests. */
async function heard<Told>(
  { clock }: Asker,
  group: Group<unknown, Told>,
  at: number,
): Promise<Told | null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  const cancel = clock.after(LOST_MS, () => resolve(null))
  try {
    return await Promise.race([toldTo(group, at), promise])
  } finally {
    cancel()
  }
}

/**
 * Danger: the promise belongs to the request that sends the call. Another request may await it, since the runtime then
 * brings it back into its own context. It must not hand out a `resolve` for the other to call: what follows would sometimes
 * run in the wrong context, where all its I/O is refused (seen in workerd 1.20261023, once such code is optimised).
 */
async function toldTo<Told>({ told }: Group<unknown, Told>, at: number): Promise<Told | null> {
  try {
    return (await told)?.[at] ?? null
  } catch {
    return null // the other request has ended, and its promise with it; this one asks by itself
  }
}
