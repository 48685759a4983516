import type { Outlet } from './outlet.ts'
import { KEEP_ALIVE_MS } from './pump.ts'

/**
 * Keeps a client from taking silence for a broken connection until the work is done: proxies cut one that says nothing for
 * long. A write also is what tells that the client has left.
 */
export async function accompany<T>(
  work: Promise<T>,
  outlet: Outlet,
  { keepAlive, onLeft }: { readonly keepAlive: () => string; readonly onLeft: () => void },
): Promise<T> {
  outlet.onLeft(onLeft)
  const write = (): void => outlet.write(keepAlive())
  const timer = setInterval(write, KEEP_ALIVE_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}
