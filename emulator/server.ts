/** Runs the emulator in Node on 127.0.0.1: `node emulator/server.ts --port 8790 --credentials any`. */
import { parseArgs } from 'node:util'
import { serve } from 'srvx/node'
import type { ServerRequest } from 'srvx'
import { createEmulator } from './index.ts'
import type { Emulator, EmulatorOptions } from './index.ts'
import { BrokenOff } from './reply/play.ts'

const KEEP_ALIVE_MS = 120_000

export interface RunningEmulator {
  url: string
  port: number
  emulator: Emulator
  close(): Promise<void>
}

export async function startEmulator(
  options: EmulatorOptions & { port?: number } = {},
): Promise<RunningEmulator> {
  const emulator = createEmulator(options)
  const server = serve({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    silent: true,
    gracefulShutdown: false,
    // Node's default of 5 s would close connections that a client keeps in its pool.
    node: { keepAliveTimeout: KEEP_ALIVE_MS },
    error: (error) => {
      console.error(error)
      return new Response(String(error), { status: 500 })
    },
    fetch: (request) => answer(emulator, request),
  })
  await server.ready()
  const { port } = new URL(server.url ?? '')
  return {
    url: `http://127.0.0.1:${port}`,
    port: Number(port),
    emulator,
    close: () => server.close(true),
  }
}

async function answer(emulator: Emulator, request: ServerRequest): Promise<Response> {
  const response = request.runtime?.node?.res
  try {
    const answered = await emulator.fetch(request)
    // srvx writes the headers with the first piece of the body, but a stream that waits must send them before.
    if (answered.body) setImmediate(() => flushHeaders(response))
    return answered
  } catch (error) {
    // The client left, or the script wants the connection to die. Anything else is a bug.
    if (!(error instanceof BrokenOff || request.signal.aborted)) throw error
    response?.destroy()
    return new Response(null)
  }
}

function flushHeaders(response: unknown): void {
  if (typeof response !== 'object' || response === null || !('flushHeaders' in response)) return
  const { flushHeaders: flush } = response
  if (typeof flush === 'function') flush.call(response)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8790' },
      credentials: { type: 'string', default: 'strict' },
    },
  })
  const credentials = values.credentials === 'any' ? 'any' : 'strict'
  const { url } = await startEmulator({ port: Number(values.port), credentials })
  console.log(url)
}
