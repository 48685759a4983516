/**
 * Another program to compare with Pollux, by its address. Whoever compares it has installed, configured and started
 * it.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Peer {
  readonly port: number
  /** Including the query. */
  readonly path: string
  readonly key: string
  readonly model: string
  /** The processes that listen on its port; several if workers share it. Their CPU and memory count as the peer's. */
  readonly pids: readonly number[]
}

/**
 * Throws if the address is not on this machine, or if no process of this user listens there: Linux tells the usage of
 * only those.
 */
export function peerAt(url: string, key: string, model: string): Peer {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  if (protocol !== 'http:' || hostname !== '127.0.0.1') {
    throw new Error('--peer takes an address on this machine: http://127.0.0.1:PORT')
  }
  const path = pathname === '/' ? '/v1/chat/completions' : pathname
  const pids = listenersOn(Number(port || 80))
  if (pids.length === 0) throw new Error(`No process that may be looked at listens on ${url}.`)
  return { port: Number(port || 80), path: path + search, key, model, pids }
}

const LISTENING = '0A'

/** Found by the inodes of their sockets (proc(5), /proc/net/tcp). */
function listenersOn(port: number): number[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const sockets = new Set<string>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/net/${table}`, 'utf8').split('\n')) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      if (state === LISTENING && local.endsWith(suffix)) sockets.add(`socket:[${inode}]`)
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && holdsOne(name, sockets))
    .map(Number)
}

function holdsOne(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      return sockets.has(linkOf(`/proc/${pid}/fd/${fd}`))
    })
  } catch {
    return false // another user's process, or one that has ended
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // closed since it was listed
  }
}
