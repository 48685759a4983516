import { isAllowed } from '../../gemini/media/owned-uris.ts'
import type { UriRef } from '../../gemini/media/uri-ref.ts'
import { fileIdIn, MAX_PINS_ASKED, type PinRef } from '../../gemini/pins.ts'
import type { UserState } from '../state.ts'

/** A request may also name a file by its address in other versions, or by its name alone. */
const FILES = 'https://generativelanguage.googleapis.com/v1beta/files/'

/** The first address in a request that this user may not have read; null if all are allowed. */
export function forbiddenOf(state: UserState, uris: readonly UriRef[], now: number): UriRef | null {
  const { mediaUris } = state.profile.settings
  let asked = 0
  for (const ref of uris) {
    const id = fileIdIn(ref.uri)
    if (isAllowed(id === null ? ref.uri : `${FILES}${id}`, mediaUris)) continue
    // A file that was uploaded through this user's ring is the user's own.
    const isKnown =
      id !== null &&
      ++asked <= MAX_PINS_ASKED &&
      state.pins.ownersOf([{ kind: 'file', id }], now)[0] !== null
    if (!isKnown) return ref
  }
  return null
}

/** Whether the user may read these files: the user's own ones, and those that an admin has allowed. */
export function mayRead(state: UserState, files: readonly PinRef[], now: number): boolean {
  const named = files.filter(({ kind }) => kind === 'file')
  const uris = named.map(({ id, param }) => ({ uri: `${FILES}${id}`, param }))
  return forbiddenOf(state, uris, now) === null
}
