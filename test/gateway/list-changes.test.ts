/** The ring changes while a client goes through a list over all its credentials, page by page. */
import { expect, it } from 'vitest'
import { admin, givenUser, type User } from '../support/pollux.ts'
import { ask, turn, uploaded } from '../support/things.ts'

const SOON = new Date(Date.now() + 3_600_000).toISOString()

/** What is done to the ring, given the credential with which the list goes on. */
const CHANGES: Readonly<Record<string, (user: User, next: string) => Promise<Response>>> = {
  removed: ({ userId }, next) => admin('DELETE', `users/${userId}/credentials/${next}`),
  paused: ({ userId }, next) =>
    admin('PATCH', `users/${userId}/credentials/${next}`, { paused_until: SOON }),
  'put elsewhere': ({ userId, credentials }) =>
    admin('PUT', `users/${userId}/credentials/order`, {
      credentials: credentials.map(({ id }) => id).toReversed(),
    }),
}

const CASES = Object.keys(CHANGES).flatMap((how) =>
  [1, 2, 3, 4].map((after) => [how, after] as const),
)

it.each(CASES)(
  'a list whose next credential is %s after page %i goes on, and tells nothing twice',
  async (how, after) => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    const ownerOf = new Map<string, string>()
    for (const { id } of user.credentials) {
      for (let file = 0; file < 2; file++) ownerOf.set((await uploaded(user)).name, id)
      await turn(user)
    }
    const told: string[] = []
    let token = ''
    let next = ''
    for (let page = 1; page === 1 || token !== ''; page++) {
      const answer = await ask(user, 'GET', `/v1beta/files?pageSize=1&pageToken=${token}`)
      expect(answer.status).toBe(200)
      const { files = [], nextPageToken } = await answer.json<Page>()
      told.push(...files.map(({ name }) => name))
      token = nextPageToken ?? ''
      if (page !== after) continue
      next = credentialIn(token)
      expect((await CHANGES[how]?.(user, next))?.status).toBe(200)
    }
    expect(new Set(told).size).toBe(told.length)
    // Of a credential that is gone, no more is told than was before.
    const isGone = (name: string): boolean => how !== 'put elsewhere' && ownerOf.get(name) === next
    expect(told.filter((name) => !isGone(name)).toSorted()).toEqual(
      [...ownerOf.keys()].filter((name) => !isGone(name)).toSorted(),
    )
    expect(told.slice(after).filter(isGone)).toEqual([])
  },
)

interface Page {
  readonly files?: readonly { readonly name: string }[]
  readonly nextPageToken?: string
}

function credentialIn(token: string): string {
  const bytes = Uint8Array.fromBase64(token, { alphabet: 'base64url' })
  const [credential] = JSON.parse(new TextDecoder().decode(bytes)) as string[]
  return credential ?? ''
}
