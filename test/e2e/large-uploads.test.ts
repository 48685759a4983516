/** How much of the Worker's memory uploads of 200 MB take, by Google's own protocol and by OpenAI's form. */
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const MIB = 1_048_576
const BYTES = 200_000_000
const MAX_GROWTH = 24 * MIB
const CHUNK = 8 * MIB
/**
 * Looks random, so that nothing on the way can compress it. Has long stretches without a line break, and many line
 * breaks.
 */
const BLOCK = Buffer.alloc(
  MIB,
  (() => Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * i * 31 + i) % 256)))(),
)

interface Told {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

/** Sends bytes with their length announced, no faster than they are taken. */
function send(
  url: string,
  headers: Record<string, string>,
  length: number,
  body: Iterable<Uint8Array>,
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(length) },
    })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      )
    })
    const write = async (): Promise<void> => {
      for (const piece of body) {
        if (!sent.write(piece)) await new Promise((drained) => sent.once('drain', drained))
      }
      sent.end()
    }
    write().catch(reject)
  })
}

function* blocks(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += BLOCK.length) yield BLOCK.subarray(0, bytes - at)
}

async function resumable({ url }: Workerd, key: string, bytes: number): Promise<string> {
  const begun = await fetch(`${url}/upload/v1beta/files`, {
    method: 'POST',
    headers: {
      'x-goog-api-key': key,
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(bytes),
      'x-goog-upload-header-content-type': 'application/pdf',
    },
    body: '{"file":{}}',
  })
  expect(begun.status).toBe(200)
  const address = begun.headers.get('x-goog-upload-url') ?? ''
  for (let at = 0; ; at += CHUNK) {
    const length = Math.min(CHUNK, bytes - at)
    const isLast = at + length === bytes
    const headers = {
      'x-goog-upload-command': isLast ? 'upload, finalize' : 'upload',
      'x-goog-upload-offset': String(at),
    }
    const told = await send(address, headers, length, blocks(length))
    expect([told.status, told.headers['x-goog-upload-status']]).toEqual([
      200,
      isLast ? 'final' : 'active',
    ])
    if (isLast) return (JSON.parse(told.text) as { file: { sizeBytes: string } }).file.sizeBytes
  }
}

async function form({ url }: Workerd, key: string, bytes: number): Promise<string> {
  const part = (disposition: string): string =>
    `--frontier\r\ncontent-disposition: form-data; ${disposition}\r\n`
  const head = Buffer.from(
    `${part('name="file"; filename="long.pdf"')}content-type: application/pdf\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n${part('name="purpose"')}\r\nuser_data\r\n--frontier--\r\n`)
  function* body(): Generator<Uint8Array> {
    yield head
    yield* blocks(bytes)
    yield tail
  }
  const told = await send(
    `${url}/v1/files`,
    { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=frontier' },
    head.length + bytes + tail.length,
    body(),
  )
  expect([told.status, told.text]).toEqual([200, expect.any(String)])
  return String((JSON.parse(told.text) as { bytes: number }).bytes)
}

/** How far workerd's memory rose above its initial size during the act, in bytes. */
async function growth(workerd: Workerd, act: () => Promise<unknown>): Promise<number> {
  const before = workerd.resident()
  let [most, isOver] = [before, false]
  const watch = (async () => {
    for (; !isOver; await sleep(25)) most = Math.max(most, workerd.resident())
  })()
  await act().finally(() => (isOver = true))
  await watch
  return most - before
}

describe(`an upload of ${BYTES / 1e6} MB holds no more than 24 MiB`, () => {
  it.each([
    ['by Google’s resumable protocol', resumable],
    ['by OpenAI’s form', form],
  ] as const)('%s', { timeout: 180_000 }, async (name, upload) => {
    const google = await startEmulator()
    await using workerd = await startWorkerd({ GEMINI_API_BASE_URL: google.url })
    const { credential } = await createEmulatorClient(google.url).registerApiKey()
    const answer = await fetch(`${workerd.url}/v1/config/update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workerd.masterKey}` },
      body: JSON.stringify({ apiKey: 'a-key-for-large-uploads', gcpServiceAccount: credential }),
    })
    expect(answer.status).toBe(200)
    const key = 'a-key-for-large-uploads'
    // The first upload allocates things that stay: code, the heap at its full size, sockets. They are not part of the
    // second one's growth.
    await upload(workerd, key, 100_000)
    await sleep(2000)
    const started = Date.now()
    const grown = await growth(workerd, async () => {
      expect(await upload(workerd, key, BYTES)).toBe(String(BYTES))
    })
    console.log({
      upload: name,
      mb: BYTES / 1e6,
      grown_mib: Number((grown / MIB).toFixed(1)),
      ms: Date.now() - started,
    })
    expect(grown).toBeLessThan(MAX_GROWTH)
    await google.close()
  })
})
