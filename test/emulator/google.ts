/** An emulator on loopback, and functions that call it for tests. */
import { connect } from 'node:net'
import { afterAll, beforeEach } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import type { EmulatorClient, Minted, ServiceAccountJson } from '../../emulator/client.ts'
import type { JsonObject } from '../../emulator/json.ts'
import type { Persona } from '../../emulator/protocol.ts'
import { startEmulator } from '../../emulator/server.ts'

export interface GoogleError {
  code: number
  message: string
  status: string
  details?: { '@type': string; [key: string]: unknown }[]
}

export interface Google {
  url: string
  port: number
  control: EmulatorClient
  /** POSTs JSON. A string is sent unchanged. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  errorOf(response: Response): Promise<GoogleError>
  accessToken(credential: object): Promise<string>
  bearer(options?: { persona?: Persona; project?: string }): Promise<Record<string, string>>
}

/** Starts one emulator for a test file. It is reset before each test. */
export async function useGoogle(): Promise<Google> {
  const running = await startEmulator()
  const control = createEmulatorClient(running.url)
  beforeEach(() => control.reset())
  afterAll(() => running.close())

  function post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${running.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  async function accessToken(credential: object): Promise<string> {
    const form = new URLSearchParams({ grant_type: 'refresh_token' })
    for (const name of ['client_id', 'client_secret', 'refresh_token']) {
      form.set(name, String(Reflect.get(credential, name)))
    }
    const response = await fetch(`${running.url}/token`, { method: 'POST', body: form })
    const body: unknown = await response.json()
    return String(Reflect.get(Object(body), 'access_token'))
  }

  return {
    url: running.url,
    port: running.port,
    control,
    post,
    accessToken,
    async errorOf(response) {
      const body = (await response.json()) as { error: GoogleError }
      return body.error
    },
    async bearer(options = { project: 'p1' }) {
      const { credential } = await control.registerAuthorizedUser(options)
      return { authorization: `Bearer ${await accessToken(credential)}` }
    },
  }
}

export const HELLO: JsonObject = { contents: [{ role: 'user', parts: [{ text: 'hello world' }] }] }

export type ServiceAccount = Minted<ServiceAccountJson>

export function eventsOf(text: string): JsonObject[] {
  return text
    .split(/\r\n\r\n|\n\n|\r\r/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice('data: '.length)) as JsonObject)
}

export interface RawAnswer {
  head: string
  /** latin1: one character for each byte. */
  body: string
  /** One buffer for each read of the socket. */
  reads: Buffer[]
}

/** Speaks HTTP by hand, so that tests see the bytes. `onRead` may end the connection early. */
export function rawPost(
  port: number,
  path: string,
  { body = HELLO, headers = {}, onRead }: RawOptions = {},
): Promise<RawAnswer> {
  const text = JSON.stringify(body)
  const lines = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return new Promise((resolve, reject) => {
    const reads: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (data) => {
      reads.push(data)
      onRead?.(() => socket.destroy(), reads)
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', ...rest] = Buffer.concat(reads).toString('latin1').split('\r\n\r\n')
      resolve({ head, body: rest.join('\r\n\r\n'), reads })
    })
    socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`)
  })
}

interface RawOptions {
  body?: JsonObject
  headers?: Record<string, string>
  onRead?: (hangUp: () => void, reads: Buffer[]) => void
}
