/** A resumable upload goes on after the process was killed, and so does what was kept of its bytes. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pollux } from './support/pollux.ts'

const PIECE = 'x'.repeat(8 * 1024 * 1024)
const MODEL = 'gemini-2.5-flash'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(async () => {
  await pollux[Symbol.asyncDispose]()
})

/** Without a key, and at the port that this Worker has. */
function send(address: string, command: string, body = '', offset = 0): Promise<Response> {
  const { pathname, search } = new URL(address)
  return fetch(`${pollux.url}${pathname}${search}`, {
    method: 'POST',
    headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
    ...(body !== '' && { body }),
  })
}

async function restarted(): Promise<void> {
  await pollux.crash()
  await pollux.startWorker()
}

it('goes on where it was, is pinned, and can be copied', { timeout: 60_000 }, async () => {
  const user = await pollux.givenUser(['api_key', 'api_key'])
  const headers = { 'x-goog-api-key': user.key }
  const begun = await fetch(`${pollux.url}/upload/v1beta/files`, {
    method: 'POST',
    headers: {
      ...headers,
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-type': 'text/plain',
      'x-goog-upload-header-content-length': String(PIECE.length + 3),
    },
    body: '{}',
  })
  const address = begun.headers.get('x-goog-upload-url') ?? ''
  await restarted()
  expect((await send(address, 'upload', PIECE)).status).toBe(200)
  await restarted()
  const query = await send(address, 'query')
  expect(query.headers.get('x-goog-upload-size-received')).toBe(String(PIECE.length))
  const last = await send(address, 'upload, finalize', 'end', PIECE.length)
  expect(last.headers.get('x-goog-upload-status')).toBe('final')
  const { file } = (await last.json()) as { file: { uri: string; name: string; sizeBytes: string } }
  expect(file.sizeBytes).toBe(String(PIECE.length + 3))
  await restarted()
  const got = await fetch(`${pollux.url}/v1beta/${file.name}`, { headers })
  expect(got.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
  const credential = user.credentials[0]?.handle ?? ''
  await pollux.google.script({ credential, model: MODEL, reply: { error: 'gemini_429_minute' } })
  const parts = [{ text: 'Read' }, { fileData: { fileUri: file.uri, mimeType: 'text/plain' } }]
  const answer = await fetch(`${pollux.url}/v1beta/models/${MODEL}:generateContent`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ contents: [{ role: 'user', parts }] }),
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-pollux-copied-files')).toBe(file.name.replace('files/', ''))
})
