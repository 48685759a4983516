import { persistently } from '../../persistently.ts'
import type { UserState } from '../state.ts'
import type { Card } from './people.ts'

/** What the entry is told to. */
interface Directory {
  register(userId: string, createdAt: number, card: Card): Promise<void>
  remove(userId: string): Promise<void>
}

/**
 * A user's entry in the directory. Danger: only the user's object writes it, with one call after the other. Calls of
 * several Workers could overtake each other, and lists would show an old name, or a deleted user, for good; a plan
 * that the directory does not know of would not hold.
 */
export class OwnEntry {
  readonly #userId: () => string
  readonly #directory: () => Directory
  #last: Promise<void> = Promise.resolve()

  /** `directory` makes a new stub with each call, since a failure breaks it. */
  constructor(userId: () => string, directory: () => Directory) {
    this.#userId = userId
    this.#directory = directory
  }

  /** Resolves when the directory says of this user what holds now. `state`: null if there is no such user. */
  tell(state: UserState | null): Promise<void> {
    const told = this.#last.then(() => persistently(() => this.#send(state)))
    this.#last = told.catch(() => undefined) // whoever asked for it hears of it
    return told
  }

  async #send(state: UserState | null): Promise<void> {
    const directory = this.#directory()
    const userId = this.#userId()
    if (state === null || state.profile.isDeleted) await directory.remove(userId)
    else await directory.register(userId, state.profile.createdAt, cardOf(state))
  }
}

/** As it is now, since a call that waited for another must not tell what was. */
function cardOf({ profile, keys }: UserState): Card {
  const { label, disabled, expiresAt, plan } = profile.ownSettings
  const [current] = keys.valid(Date.now())
  return { label, disabled, expiresAt, keyHint: current?.hint ?? null, plan }
}
