import type { Outlet } from './outlet.ts'
import { KEEP_ALIVE_MS } from './pump.ts'

/**
 * Proxies cut a connection that is silent for long, so this writes a keep-alive to the client from time to time until
 * the work is done. These writes also show when the client has left (`onLeft`).
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
