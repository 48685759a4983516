/** The resumable protocol spoken by hand: steps that SDKs take only after something has gone wrong. */
import { beforeEach, describe, expect, it } from 'vitest'
import { useGoogle } from './google.ts'

const google = await useGoogle()
const PIECE = 256 * 1024

let key = ''
beforeEach(async () => {
  key = (await google.control.registerApiKey()).handle
})

function start(body: unknown, more: Record<string, string> = {}): Promise<Response> {
  return google.post('/upload/v1beta/files', body, {
    'x-goog-api-key': key,
    'x-goog-upload-protocol': 'resumable',
    'x-goog-upload-command': 'start',
    'x-goog-upload-header-content-type': 'text/plain',
    ...more,
  })
}

async function begin(body: unknown = { file: {} }): Promise<string> {
  return (await start(body)).headers.get('x-goog-upload-url') ?? ''
}

/** Sends no key, because the address itself is the permission. */
function send(
  address: string,
  command: string,
  { bytes, offset }: { bytes?: Uint8Array<ArrayBuffer>; offset?: number } = {},
): Promise<Response> {
  return fetch(address, {
    method: 'POST',
    headers: {
      'x-goog-upload-command': command,
      ...(offset === undefined ? {} : { 'x-goog-upload-offset': String(offset) }),
    },
    ...(bytes ? { body: bytes } : {}),
  })
}

const headerOf = (response: Response, name: string): string | null =>
  response.headers.get(`x-goog-upload-${name}`)

describe('an upload', () => {
  it('is begun with an address of its own, in both spellings', async () => {
    const answer = await start({ file: { display_name: 'mine', mime_type: 'a/b', size_bytes: 2 } })
    expect(await answer.json()).toEqual({})
    expect(headerOf(answer, 'status')).toBe('active')
    expect(headerOf(answer, 'chunk-granularity')).toBe(String(PIECE))
    const address = headerOf(answer, 'url') ?? ''
    expect(address).toContain(`${google.url}/upload/v1beta/files?upload_id=`)
    const bytes = new TextEncoder().encode('hi')
    const done = await send(address, 'upload, finalize', { bytes, offset: 0 })
    expect(headerOf(done, 'status')).toBe('final')
    expect(await done.json()).toMatchObject({
      // Google writes the hexadecimal digits of the hash in base64.
      file: {
        displayName: 'mine',
        mimeType: 'text/plain',
        sizeBytes: '2',
        sha256Hash: btoa('8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4'),
      },
    })
    expect(JSON.stringify(await google.control.calls())).not.toContain(address.slice(-60))
  })

  it('tells how far it is, and the file once it is done', async () => {
    const address = await begin()
    const bytes = new Uint8Array(PIECE)
    const first = await send(address, 'upload', { bytes, offset: 0 })
    expect([headerOf(first, 'status'), headerOf(first, 'size-received')]).toEqual([
      'active',
      String(PIECE),
    ])
    const asked = await send(address, 'query')
    expect([headerOf(asked, 'status'), headerOf(asked, 'size-received')]).toEqual([
      'active',
      String(PIECE),
    ])
    await send(address, 'finalize', { offset: PIECE })
    const done = await send(address, 'query')
    expect(headerOf(done, 'status')).toBe('final')
    expect(await done.json()).toMatchObject({ file: { sizeBytes: String(PIECE) } })
  })

  it.each([
    ['at another place', { bytes: new Uint8Array(PIECE), offset: 5 }, 'Invalid upload offset'],
    ['of another size', { bytes: new Uint8Array(7), offset: 0 }, 'Chunk size must be a multiple'],
  ])('takes no piece %s', async (_, piece, problem) => {
    const address = await begin()
    const refused = await send(address, 'upload', piece)
    expect(refused.status).toBe(400)
    expect(headerOf(refused, 'status')).toBe('active')
    expect((await google.errorOf(refused)).message).toContain(problem)
    const whole = await send(address, 'upload, finalize', { bytes: new Uint8Array(7), offset: 0 })
    expect(whole.status).toBe(200)
  })

  it('can be cancelled', async () => {
    const address = await begin()
    expect(headerOf(await send(address, 'cancel'), 'status')).toBe('cancelled')
    const late = await send(address, 'upload, finalize', { bytes: new Uint8Array(1), offset: 0 })
    expect(late.status).toBe(400)
    expect(headerOf(late, 'status')).toBe('cancelled')
  })

  it('is not known by another address', async () => {
    const answer = await send(`${google.url}/upload/v1beta/files?upload_id=x`, 'query')
    expect(answer.status).toBe(404)
  })

  it('needs the key and the protocol at its start', async () => {
    expect((await start({}, { 'x-goog-api-key': 'nobody' })).status).toBe(400)
    expect((await start({}, { 'x-goog-upload-protocol': 'raw' })).status).toBe(400)
    expect((await start({ file: { colour: 'red' } })).status).toBe(400)
    expect((await start({ file: { name: 'files/Not_Mine' } })).status).toBe(400)
  })

  it('gives a name of the own to one file of a project', async () => {
    const name = 'files/my-own'
    const address = await begin({ file: { name } })
    await send(address, 'upload, finalize', { bytes: new Uint8Array(1), offset: 0 })
    expect((await start({ file: { name } })).status).toBe(409)
    key = (await google.control.registerApiKey()).handle
    expect((await start({ file: { name } })).status).toBe(200)
  })

  it('is refused as a script says, without an effect', async () => {
    await google.control.script({
      credential: key,
      method: 'uploadFile',
      reply: { error: '503_overloaded' },
    })
    expect((await start({ file: {} })).status).toBe(503)
    expect((await start({ file: {} })).status).toBe(200)
  })
})
