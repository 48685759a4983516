import { signal } from '@preact/signals'

/** How far the gateway's clock is before this machine's: deadlines are the gateway's. */
let ahead = 0

/** Now by the gateway's clock; moves once a second while somebody looks. */
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
