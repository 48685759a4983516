import { readFileSync } from 'node:fs'

/**
 * npm dies of a SIGTERM without telling the script that it runs. The script can only see that it has another parent,
 * so it checks at this interval.
 */
const PARENT_CHECK_MS = 100
/**
 * npm passes on a Ctrl-C that the terminal has already sent to the script. A second request within this time is the
 * same one.
 */
const SAME_REQUEST_MS = 500
/** The process that adopts orphans. */
const INIT = 1

/** Calls `first` when this process is told to stop or its npm has died, and `again` each time it is told once more. */
export function onStopRequest(first: () => void, again: () => void): void {
  let firstAt: number | null = null
  const request = (): void => {
    if (firstAt === null) {
      firstAt = Date.now()
      first()
    } else if (Date.now() - firstAt > SAME_REQUEST_MS) again()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request)

  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const wasOrphanedBefore = parent === INIT && !isNpm(INIT)
  const check = setInterval(() => {
    if (process.ppid === parent && !wasOrphanedBefore) return
    clearInterval(check)
    request()
  }, PARENT_CHECK_MS)
  check.unref()
}

/** In a container npm may itself be process 1. */
function isNpm(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('npm')
  } catch {
    return false // not Linux, so not a container
  }
}
