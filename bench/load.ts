/** The clients, in a process of their own: a number of connections, each with one request at a time. */
import { connect, type Socket } from 'node:net'
import { quantile } from './figures.ts'
import { MessageReader } from './message-reader.ts'

export interface Job {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Used in turn, by all connections together. */
  readonly bodies: readonly string[]
  /** Whose keys they come with, in turn, where that is not one user's in `headers`. */
  readonly keys?: readonly string[]
  readonly connections: number
  /** In total. Each connection takes the next one until none is left. */
  readonly requests: number
}

export interface Done {
  readonly wallMs: number
  readonly failed: number
  readonly bytes: number
  /** From the last byte of the request to the first of the answer. */
  readonly firstByteMs: Spread
  /** From the time stamp in a chunk to its arrival, if chunks have stamps. */
  readonly delayMs: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

const STAMP = /t=(\d+);/g

async function run(job: Job): Promise<Done> {
  const { keys = [] } = job
  const heads = keys.map((key) => ({ ...job.headers, authorization: `Bearer ${key}` }))
  const requests = (heads.length === 0 ? [job.headers] : heads).flatMap((headers) =>
    job.bodies.map((body) => requestOf({ ...job, headers }, body)),
  )
  const sockets = await Promise.all(Array.from({ length: job.connections }, () => open(job.port)))
  const clients = sockets.map((socket) => new Client(socket))
  const began = performance.now()
  let asked = 0
  await Promise.all(
    clients.map(async (client) => {
      while (asked < job.requests) {
        const request = requests[asked++ % requests.length]
        if (request !== undefined) await client.ask(request)
      }
    }),
  )
  const wallMs = performance.now() - began
  for (const socket of sockets) socket.destroy()
  const sum = (of: (client: Client) => number): number =>
    clients.reduce((total, client) => total + of(client), 0)
  return {
    wallMs,
    failed: sum((client) => client.failed),
    bytes: sum((client) => client.bytes),
    firstByteMs: spread(clients.flatMap((client) => client.firstByteMs)),
    delayMs: spread(clients.flatMap((client) => client.delayMs)),
  }
}

function requestOf({ path, headers }: Job, body: string): Buffer {
  const head = Object.entries({
    host: '127.0.0.1',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`)
}

class Client {
  failed = 0
  bytes = 0
  readonly firstByteMs: number[] = []
  readonly delayMs: number[] = []
  readonly #socket: Socket
  #sentAt = 0
  #awaitsFirst = false
  #answered: () => void = () => undefined

  constructor(socket: Socket) {
    this.#socket = socket
    const reader = new MessageReader((head) => {
      if (!head.startsWith('HTTP/1.1 200')) this.failed++
      this.#answered()
    })
    socket.on('data', (data) => {
      this.#take(data)
      reader.push(data)
    })
    socket.on('close', () => {
      if (this.#sentAt !== 0) this.failed++
      this.#answered()
    })
    socket.on('error', () => socket.destroy())
  }

  ask(request: Buffer): Promise<void> {
    this.#sentAt = performance.now()
    this.#awaitsFirst = true
    return new Promise((resolve) => {
      this.#answered = () => {
        this.#sentAt = 0
        this.#answered = () => undefined
        resolve()
      }
      if (this.#socket.destroyed) this.#answered()
      else this.#socket.write(request)
    })
  }

  #take(data: Buffer): void {
    this.bytes += data.length
    if (this.#awaitsFirst) {
      this.#awaitsFirst = false
      this.firstByteMs.push(performance.now() - this.#sentAt)
    }
    if (!data.includes('t=')) return
    const now = process.hrtime.bigint()
    for (const [, stamp] of data.toString('latin1').matchAll(STAMP)) {
      this.delayMs.push(Number(now - BigInt(stamp ?? 0)) / 1e6)
    }
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

function spread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) }
}

process.on('message', (job: Job) => {
  void run(job).then((done) => process.send?.(done))
})
process.send?.('ready')
