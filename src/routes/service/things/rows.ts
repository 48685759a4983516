import type { Handler } from '../../call.ts'
import { leasingUser, user } from '../../access.ts'
import { byFamily } from '../by-family.ts'
import { actOnBatch, getFile as getGooglesFile, uploads } from './files.ts'
import { BATCHES, CACHES, FILES, INTERACTIONS } from './kinds.ts'
import { allThings } from './list.ts'
import { makeCache, makeInteraction } from './make.ts'
import { oneThing } from './one.ts'
import { notServed } from '../not-served.ts'
import type { Method, Row } from '../../route.ts'

/** Google's DELETE of a file, for every path of it. */
export const deleteGooglesFile = oneThing(FILES, { method: 'DELETE', gone: true })

function filesAt(version: string): readonly Row[] {
  return [
    ['GET', `${version}/files`, user(allThings(FILES))],
    ['GET', `${version}/files/:id`, user(getGooglesFile)],
    ['DELETE', `${version}/files/:id`, user(deleteGooglesFile)],
  ]
}

/** The routes for things that belong to one credential. Under `/v1`, OpenAI has some of these paths too. */
export function thingsAt(version: string): readonly Row[] {
  const shared = version === '/v1'
  const row = (method: Method, path: string, google: Handler): Row =>
    shared
      ? [method, `${version}${path}`, user(byFamily({ openai: notServed, google })), 'shared']
      : [method, `${version}${path}`, user(google)]
  return [
    ['POST', `/upload${version}/files`, uploads],
    ['PUT', `/upload${version}/files`, uploads],
    // Google's own examples download a batch's answers from here (docs/google.md: Gemini API).
    ['GET', `/download${version}/files/:id`, user(getGooglesFile)],
    ...(shared ? [] : filesAt(version)),
    ['POST', `${version}/cachedContents`, leasingUser(makeCache)],
    ['GET', `${version}/cachedContents`, user(allThings(CACHES))],
    ['GET', `${version}/cachedContents/:id`, user(oneThing(CACHES, { method: 'GET' }))],
    ['PATCH', `${version}/cachedContents/:id`, user(oneThing(CACHES, { method: 'PATCH' }))],
    [
      'DELETE',
      `${version}/cachedContents/:id`,
      user(oneThing(CACHES, { method: 'DELETE', gone: true })),
    ],
    row('GET', '/batches', allThings(BATCHES)),
    row('GET', '/batches/:id', oneThing(BATCHES, { method: 'GET' })),
    row('POST', '/batches/:id', actOnBatch),
    row('DELETE', '/batches/:id', oneThing(BATCHES, { method: 'DELETE', gone: true })),
    ['POST', `${version}/interactions`, leasingUser(makeInteraction)],
    ['GET', `${version}/interactions/:id`, user(oneThing(INTERACTIONS, { method: 'GET' }))],
    [
      'POST',
      `${version}/interactions/:id/cancel`,
      user(oneThing(INTERACTIONS, { method: 'POST', act: '/cancel' })),
    ],
    [
      'DELETE',
      `${version}/interactions/:id`,
      user(oneThing(INTERACTIONS, { method: 'DELETE', gone: true })),
    ],
  ]
}
