import { signal } from '@preact/signals'

const PLACE = 'pollux.key'

/**
 * The key is kept in memory, and in the tab's session storage only if the user asked for that. Never in a cookie, an
 * address, or localStorage.
 */
export const key = signal<string | null>(sessionStorage.getItem(PLACE))
export const role = signal<'admin' | 'user' | null>(null)
/** The gateway's version. */
export const version = signal('')

export function remember(value: string, inTab: boolean): void {
  if (inTab) sessionStorage.setItem(PLACE, value)
  key.value = value
}

export function forget(): void {
  sessionStorage.removeItem(PLACE)
  key.value = null
  role.value = null
}
