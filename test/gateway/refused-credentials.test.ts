/** What is nobody's yet, where Google does not accept the credential on which the ring stands. */
import { describe, expect, it } from 'vitest'
import { fetchPollux, givenUser, google, type User } from '../support/pollux.ts'
import type { NativeResponse } from '../support/native.ts'
import { ask, begun, send } from '../support/things.ts'

const QUOTA = 'gemini_429_minute'

function sent(user: User): Promise<Response> {
  const body = new FormData()
  body.append('purpose', 'user_data')
  body.append('file', new File(['hello'], 'a.txt', { type: 'text/plain' }))
  const headers = { authorization: `Bearer ${user.key}` }
  return fetchPollux('/v1/files', { method: 'POST', headers, body })
}

/** Two ways in which a credential is out for an upload, and what two uploads in turn are told where all are. */
const OUT: readonly (readonly [string, (handle: string) => Promise<unknown>, readonly number[]])[] =
  [
    ['revoked', (handle) => google.removeCredential(handle), [403, 503]],
    [
      'out of quota',
      (credential) =>
        google.script({ credential, method: 'uploadFile', times: 0, reply: { error: QUOTA } }),
      [429, 429],
    ],
  ]

describe.each(OUT)('where one credential is %s', (_, out, statuses) => {
  it.each([0, 1])('a file is uploaded with another: %i', async (dead) => {
    const user = await givenUser(['api_key', 'api_key'])
    await out(user.credentials[dead]?.handle ?? '')
    const serving = user.credentials[dead === 0 ? 1 : 0]?.id
    const start = await begun(user)
    expect(start.status).toBe(200)
    const url = start.headers.get('x-goog-upload-url') ?? ''
    expect(start.headers.get('x-pollux-credential')).toBe(serving)
    const last = await send(url, 'upload, finalize', 'hello')
    const { file } = await last.json<{ file: { name: string } }>()
    expect((await ask(user, 'GET', `/v1beta/${file.name}`)).status).toBe(200)
    const through = await sent(user)
    expect(through.status).toBe(200)
    const { id } = await through.json<{ id: string }>()
    const got = await ask(user, 'GET', `/v1beta/files/${id.replace('file-', '')}`)
    expect(got.headers.get('x-pollux-credential')).toBe(serving)
  })

  it('says so where no other is left', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    for (const { handle } of user.credentials) await out(handle)
    const answers = [await begun(user), await sent(user)]
    for (const answer of answers) await answer.text()
    expect(answers.map(({ status }) => status)).toEqual(statuses)
  })
})

describe('a thing that nobody is known to own', () => {
  it.each(['batches/unknown', 'cachedContents/unknown', 'interactions/v1_unknown'])(
    'is looked for with a credential that Google accepts: %s',
    async (name) => {
      const user = await givenUser(['api_key', 'api_key'])
      await google.removeCredential(user.credentials[0]?.handle ?? '')
      const answer = await ask(user, 'GET', `/v1beta/${name}`)
      const { error } = await answer.json<NativeResponse>()
      expect(error?.message).toMatch(/not found/)
      expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    },
  )
})
