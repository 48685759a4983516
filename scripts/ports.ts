import { createServer } from 'node:net'

const LAST_PORT = 65_535
/** Both loopback addresses, since `localhost` may mean either. */
const LOOPBACKS = ['127.0.0.1', '::1']

/** The first free port from `first` on that is not in `except`. */
export async function freePort(first: number, except: readonly number[] = []): Promise<number> {
  for (let port = first; port <= LAST_PORT; port++) {
    if (!except.includes(port) && (await isFree(port))) return port
  }
  throw new Error(`No port from ${first} to ${LAST_PORT} is free.`)
}

async function isFree(port: number): Promise<boolean> {
  for (const host of LOOPBACKS) {
    if (!(await canListen(port, host))) return false
  }
  return true
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has no second loopback address that could be in use.
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(true)
      else if (error.code === 'EADDRINUSE') resolve(false)
      else if (error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
