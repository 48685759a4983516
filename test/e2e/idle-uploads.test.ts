/** Uploads that announce much and then send nothing. Their announced length must cost no memory. */
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const MAX_GROWTH = 30 * 1_048_576

const PATHS = [
  '/v1/chat/completions',
  '/v1/messages',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/images/generations',
  '/v1/audio/transcriptions',
  '/v1beta/models/gemini-2.5-flash:generateContent',
  '/v1beta/cachedContents',
]

it.each([
  { uploads: 200, announced: 20_000_000 },
  { uploads: 150, announced: 500_000 }, // such a body is read in one call of the runtime
])(
  '$uploads idle uploads of one user, each announcing $announced bytes, take less than 30 MiB',
  async ({ uploads, announced }) => {
    await using workerd = await startWorkerd()
    const key = await userOf(workerd)
    // The first requests allocate things once that belong to no upload.
    await Promise.all(Array.from({ length: uploads }, () => asked(workerd, key)))
    await settled()
    const before = workerd.resident()
    const sockets = await Promise.all(
      Array.from({ length: uploads }, (_, index) =>
        begun(workerd, key, announced, PATHS[index % PATHS.length]),
      ),
    )
    await settled()
    const grown = workerd.resident() - before
    console.log({
      idle_uploads: uploads,
      announced,
      grown_mib: Number((grown / 1_048_576).toFixed(1)),
    })
    expect(grown).toBeLessThan(MAX_GROWTH)
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([])
    expect(await asked(workerd, key)).toBe(200)
    for (const socket of sockets) socket.destroy()
  },
  120_000,
)

async function userOf({ url, masterKey }: Workerd): Promise<string> {
  const answer = await fetch(`${url}/v1/config/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}` },
    body: '{}',
  })
  return ((await answer.json()) as { apiKey: string }).apiKey
}

async function asked({ url }: Workerd, key: string): Promise<number> {
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
  await answer.text()
  return answer.status
}

/** Sends the head of a request and the first kilobyte of its body. */
function begun({ url }: Workerd, key: string, announced: number, path = ''): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const type = path.includes('audio') ? 'multipart/form-data; boundary=x' : 'application/json'
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const head = [
        `POST ${path} HTTP/1.1`,
        `host: ${hostname}`,
        `authorization: Bearer ${key}`,
        `content-type: ${type}`,
        `content-length: ${announced}`,
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n{"a":"${'x'.repeat(1000)}`, () => resolve(socket))
    })
    socket.on('error', reject)
  })
}

/** Long enough for everything to be read, but shorter than Pollux waits for a body. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3000))
}
