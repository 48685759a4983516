import { expect, it } from 'vitest'
import { fetchPollux, givenUser } from '../support/pollux.ts'
import { begun } from '../support/things.ts'

const BYTES = 262_144
/** Longer than Google may take to answer. */
const PAUSE_MS = 2500

it('bytes that come slowly, as on a slow line, do not count as Google’s silence', async () => {
  const user = await givenUser()
  const address = (await begun(user)).headers.get('x-goog-upload-url') ?? ''
  const { pathname, search } = new URL(address)
  const { readable, writable } = new FixedLengthStream(BYTES)
  const sent = fetchPollux(pathname + search, {
    method: 'POST',
    headers: {
      'x-goog-upload-command': 'upload, finalize',
      'x-goog-upload-offset': '0',
      'content-length': String(BYTES),
    },
    body: readable,
  })
  const writer = writable.getWriter()
  await writer.write(new Uint8Array(BYTES / 2))
  await scheduler.wait(PAUSE_MS)
  await writer.write(new Uint8Array(BYTES / 2))
  await writer.close()
  const answer = await sent
  expect(answer.status).toBe(200)
  const { file } = await answer.json<{ file: { sizeBytes: string } }>()
  expect(file.sizeBytes).toBe(String(BYTES))
})
