import { jsonResponse } from '../../json/json-response.ts'
import * as v from 'valibot'
import type { StoredTelling } from '../../dialects/memory.ts'
import { asObject, parse } from '../../failure/check.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callResponses } from '../../gateway/object-calls.ts'
import type {
  ConversationResult,
  ItemsResult,
  StoredConversation,
} from '../../objects/responses/results.ts'
import { isRecord } from '../../json/record.ts'
import { readQuery } from '../admin/query.ts'
import type { Call, Handler, Reply } from '../call.ts'
import { readServiceBody } from './call-journey.ts'
import { memoryOf, plainId, storesFor } from './memory.ts'
import { toItems, unique } from './sent-items.ts'
import { pageQuery, toPage } from './stored-pages.ts'
import { refusalFor, STORES_NOTHING } from './stored-refusals.ts'
import { lazy } from '../../lazy.ts'

/** OpenAI's limit. */
const MAX_PAIRS = 16

const MAX_NAME = 64
const MAX_VALUE = 512

/** Not `v.record`, which leaves out names such as `constructor`: what is told as stored must be stored. */
const metadata = lazy(() =>
  v.pipe(
    v.custom<Readonly<Record<string, unknown>>>(isRecord, 'an object of strings'),
    v.check(
      (pairs) => Object.keys(pairs).length <= MAX_PAIRS,
      `must not have more than ${MAX_PAIRS} entries`,
    ),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      const input = dataset.value as Record<string, unknown>
      for (const [key, value] of Object.entries(input)) {
        const message = faultIn(key, value)
        const at = { type: 'object', origin: 'value', input, key, value } as const
        if (message !== null) addIssue({ message, input: value, path: [at] })
      }
    }),
  ),
)

function faultIn(name: string, value: unknown): string | null {
  if (name.length > MAX_NAME) return `must have names of at most ${MAX_NAME} characters`
  if (typeof value !== 'string') return 'must be a string'
  return value.length > MAX_VALUE ? `must not be longer than ${MAX_VALUE} characters` : null
}

const items = lazy(() => v.array(v.unknown(), 'an array of items'))
const creation = lazy(() =>
  v.object({ metadata: v.nullish(metadata()), items: v.nullish(items(), []) }, 'a JSON object'),
)
/** Null deletes what is there. A missing field would do so by mistake, so it is refused. */
const update = lazy(() => v.object({ metadata: v.nullable(metadata()) }, 'a JSON object'))
const addition = lazy(() => v.object({ items: items() }, 'a JSON object'))

/** POST /v1/conversations */
export function createConversation(telling: StoredTelling): Handler {
  return async (call, holder) => {
    const read = await readAsked(call, holder, creation())
    if (!read.ok) return read.reply
    const made = await toItems(telling, read.value.items, memoryOf(call, holder))
    if (!made.ok) return made.failure
    const id = `conv_${unique()}`
    const text = JSON.stringify(read.value.metadata ?? {})
    return described(
      id,
      await callResponses<ConversationResult>(call.env, holder.userId, (responses) =>
        responses.createConversation(id, text, made.value),
      ),
    )
  }
}

/** GET /v1/conversations/{id} */
export async function getConversation(call: Call, { userId }: KeyHolder): Promise<Reply> {
  const id = call.params['id'] ?? ''
  if (!(await storesFor(call, userId))) return STORES_NOTHING
  return described(
    id,
    await callResponses<ConversationResult>(call.env, userId, (responses) =>
      responses.conversation(id),
    ),
  )
}

/** POST /v1/conversations/{id}: replaces the metadata. */
export async function updateConversation(call: Call, holder: KeyHolder): Promise<Reply> {
  const read = await readAsked(call, holder, update())
  if (!read.ok) return read.reply
  const id = call.params['id'] ?? ''
  const text = JSON.stringify(read.value.metadata ?? {})
  return described(
    id,
    await callResponses<ConversationResult>(call.env, holder.userId, (responses) =>
      responses.updateConversation(id, text),
    ),
  )
}

/** DELETE /v1/conversations/{id}: also deletes its items. Responses that were made in it stay. */
export async function deleteConversation(call: Call, { userId }: KeyHolder): Promise<Reply> {
  const id = call.params['id'] ?? ''
  const isGone = await callResponses<boolean>(call.env, userId, (responses) =>
    responses.removeConversation(id),
  )
  return isGone
    ? jsonResponse({ id, object: 'conversation.deleted', deleted: true })
    : refusalFor('conversation_not_found', id)
}

/** POST /v1/conversations/{id}/items */
export function addItems(telling: StoredTelling): Handler {
  return async (call, holder) => {
    const read = await readAsked(call, holder, addition())
    if (!read.ok) return read.reply
    const made = await toItems(telling, read.value.items, memoryOf(call, holder))
    if (!made.ok) return made.failure
    const id = call.params['id'] ?? ''
    const grown = await callResponses<ConversationResult>(call.env, holder.userId, (responses) =>
      responses.addItems(id, made.value),
    )
    if (!grown.ok) return refusalFor(grown.reason, id)
    const added = made.value.map(({ id: itemId, text }) => ({
      id: itemId ?? '',
      isDerived: false,
      text,
    }))
    return jsonResponse(telling.list(added, false))
  }
}

/** GET /v1/conversations/{id}/items */
export function listItems(telling: StoredTelling): Handler {
  return async (call, { userId }) => {
    const query = readQuery(call, pageQuery())
    if (!query.ok) return query.failure
    if (!(await storesFor(call, userId))) return STORES_NOTHING
    const id = call.params['id'] ?? ''
    const page = toPage(query.value)
    const listed = await callResponses<ItemsResult>(call.env, userId, (responses) =>
      responses.items(id, page),
    )
    if (!listed.ok) {
      return refusalFor(listed.reason, listed.reason === 'item_not_found' ? (page.after ?? '') : id)
    }
    return jsonResponse(telling.list(listed.items, listed.hasMore))
  }
}

/** GET /v1/conversations/{id}/items/{item} */
export function getItem(telling: StoredTelling): Handler {
  return async (call, { userId }) => {
    if (!(await storesFor(call, userId))) return STORES_NOTHING
    const { id = '', item = '' } = call.params
    const found = await callResponses<ItemsResult>(call.env, userId, (responses) =>
      responses.item(id, plainId(item)),
    )
    if (!found.ok) return refusalFor(found.reason, found.reason === 'item_not_found' ? item : id)
    const [only] = found.items
    return only === undefined
      ? refusalFor('item_not_found', item)
      : jsonResponse(telling.item(only))
  }
}

/** DELETE /v1/conversations/{id}/items/{item}: answers with the conversation. */
export async function deleteItem(call: Call, { userId }: KeyHolder): Promise<Reply> {
  const { id = '', item = '' } = call.params
  const isGone = await callResponses<boolean>(call.env, userId, (responses) =>
    responses.removeItem(id, plainId(item)),
  )
  if (!isGone) return refusalFor('item_not_found', item)
  return described(
    id,
    await callResponses<ConversationResult>(call.env, userId, (responses) =>
      responses.conversation(id),
    ),
  )
}

async function readAsked<const Schema extends v.GenericSchema>(
  call: Call,
  holder: KeyHolder,
  schema: Schema,
): Promise<
  | { readonly ok: true; readonly value: v.InferOutput<Schema> }
  | { readonly ok: false; readonly reply: Reply }
> {
  const body = await readServiceBody(call, holder)
  if (!body.ok) return body
  const object = asObject(body.value)
  const parsed = object.ok ? parse(schema, object.value) : object
  if (!parsed.ok) return { ok: false, reply: parsed.failure }
  const isOn = await storesFor(call, holder.userId)
  return isOn ? parsed : { ok: false, reply: STORES_NOTHING }
}

function described(id: string, result: ConversationResult): Reply {
  return result.ok ? jsonResponse(shown(result.conversation)) : refusalFor(result.reason, id)
}

function shown({ id, createdAtMs, metadata: text }: StoredConversation): object {
  return {
    id,
    object: 'conversation',
    created_at: Math.floor(createdAtMs / 1000),
    metadata: JSON.parse(text) as unknown,
  }
}
