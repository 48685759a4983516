/**
 * workerd ends as soon as the last answer is out, and what a Worker does after its answer is lost then: attempts that
 * ended last would not be counted. So a request that nobody else can make holds workerd until that is done.
 */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Answers with headers at once, and with a body that goes on until the connection is closed. */
export const HOLD = `export default { fetch: () => new Response(new ReadableStream({
  async pull(body) { await scheduler.wait(250); body.enqueue(new Uint8Array(1)) },
})) }`

const POLL_MS = 50
/** Attempts are reported and committed within a tenth of this. */
const AFTER_LAST_MS = 500
/** Where the kernel lists the connections of this machine, or of this container. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
const ESTABLISHED = '01'

/** Whether this system says which connections there are. */
export const SEES_CONNECTIONS = TABLES.some((table) => existsSync(table))

/** Makes the request that holds workerd; returns what lets it go. Null where workerd does not listen, or not yet. */
export async function hold(socketPath: string): Promise<(() => void) | null> {
  const held = request({ socketPath, path: '/' })
  held.end()
  try {
    const [response] = (await once(held, 'response')) as [NodeJS.ReadableStream]
    // From here on an error says that workerd has ended by itself.
    held.on('error', () => undefined)
    response.on('error', () => undefined).resume()
    return () => held.destroy()
  } catch {
    return null // there is nothing to hold
  }
}

/** Resolves when no client is connected to `port` any more, and what followed the last answer is done. */
export async function drained(port: number): Promise<void> {
  while (connectionsTo(port) > 0) await sleep(POLL_MS, undefined, { ref: false })
  await sleep(AFTER_LAST_MS)
}

/** A line of a table: number, own address and port in hex, the other's, state in hex. */
function connectionsTo(port: number): number {
  const own = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return TABLES.filter((table) => existsSync(table))
    .flatMap((table) => readFileSync(table, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(own) && state === ESTABLISHED).length
}
