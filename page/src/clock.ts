import { signal } from '@preact/signals'

/** Milliseconds by which the gateway's clock is ahead of this machine's. Deadlines are in the gateway's time. */
let ahead = 0

/** The present by the gateway's clock. Updated once a second while the page is visible. */
export const now = signal(Date.now())

export function setClock(iso: string | undefined): void {
  if (iso !== undefined) ahead = Date.parse(iso) - Date.now()
  tick()
}

function tick(): void {
  now.value = Date.now() + ahead
}

setInterval(() => {
  if (!document.hidden) tick()
}, 1000)
document.addEventListener('visibilitychange', tick)
