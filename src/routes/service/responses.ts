import { jsonResponse } from '../../json/json-response.ts'
import * as v from 'valibot'
import type { StoredTelling } from '../../dialects/memory.ts'
import type { Failure } from '../../failure/failure.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callResponses } from '../../gateway/object-calls.ts'
import type { ItemsResult, ResponseResult } from '../../objects/responses/results.ts'
import { readQuery, wholeNumber } from '../admin/query.ts'
import type { Call, Handler, Reply } from '../call.ts'
import { storesFor } from './memory.ts'
import { pageQuery, toPage } from './stored-pages.ts'
import { refusalFor, STORES_NOTHING } from './stored-refusals.ts'
import { lazy } from '../../lazy.ts'

const retrieveQuery = lazy(() =>
  v.object({
    stream: v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'false'),
    starting_after: v.optional(wholeNumber(0, 1e9)),
  }),
)

/**
 * GET /v1/responses/{id}: the whole response. With `stream=true` its events again, beginning after number
 * `starting_after`.
 */
export function getResponse(telling: StoredTelling): Handler {
  return async (call, { userId }) => {
    const id = call.params['id'] ?? ''
    const query = readQuery(call, retrieveQuery())
    if (!query.ok) return query.failure
    if (!(await storesFor(call, userId))) return STORES_NOTHING
    const found = await callResponses<ResponseResult>(call.env, userId, (responses) =>
      responses.response(id),
    )
    if (!found.ok) return refusalFor(found.reason, id)
    if (query.value.stream === 'false') {
      return new Response(telling.whole(found.response), {
        headers: { 'content-type': 'application/json' },
      })
    }
    return new Response(telling.events(found.response, query.value.starting_after ?? -1), {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    })
  }
}

/** DELETE /v1/responses/{id}: works even if storing has been turned off, so that everything can be removed. */
export async function deleteResponse(call: Call, { userId }: KeyHolder): Promise<Reply> {
  const id = call.params['id'] ?? ''
  const isGone = await callResponses<boolean>(call.env, userId, (responses) => responses.remove(id))
  return isGone
    ? jsonResponse({ id, object: 'response', deleted: true })
    : refusalFor('response_not_found', id)
}

/** GET /v1/responses/{id}/input_items: a page of all items that stood before the answer. */
export function listInput(telling: StoredTelling): Handler {
  return async (call, { userId }) => {
    const id = call.params['id'] ?? ''
    const query = readQuery(call, pageQuery())
    if (!query.ok) return query.failure
    if (!(await storesFor(call, userId))) return STORES_NOTHING
    const page = toPage(query.value)
    const listed = await callResponses<ItemsResult>(call.env, userId, (responses) =>
      responses.input(id, page),
    )
    if (!listed.ok)
      return refusalFor(listed.reason, listed.reason === 'item_not_found' ? (page.after ?? '') : id)
    return jsonResponse(telling.list(listed.items, listed.hasMore))
  }
}

/** POST /v1/responses/{id}/cancel: only for responses in the background, which Pollux does not have. */
export async function cancelResponse(): Promise<Failure> {
  return {
    reason: 'unsupported_value',
    message:
      'Only a response that was made with background=true can be cancelled, and there are none here.',
  }
}

/**
 * GET /v1/responses, which a client asks for a WebSocket. After this refusal Codex continues over HTTP at once; after
 * any other answer it tries again for seconds.
 */
export async function noWebSocket({ request }: Call): Promise<Reply> {
  const isUpgrade = request.headers.get('upgrade')?.toLowerCase() === 'websocket'
  return isUpgrade ? { ...UPGRADE, headers: new Headers({ connection: 'close' }) } : NOT_LISTED
}

const UPGRADE: Failure = {
  reason: 'no_websocket',
  message: 'Responses are served over HTTP, as server-sent events, and not over a WebSocket.',
}

const NOT_LISTED: Failure = {
  reason: 'method_not_allowed',
  message: 'Responses are not listed: ask for one by its id, or POST to make one.',
}
