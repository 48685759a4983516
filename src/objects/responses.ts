import { HOUR_MS } from '../json/time.ts'
import { DurableObject } from 'cloudflare:workers'
import { readSettings } from '../settings.ts'
import { nameIn, refuseNameless } from './identity.ts'
import { StoreAccess } from './responses/access.ts'
import { Conversations, openMetadata } from './responses/conversations.ts'
import { grow, prepareGrowth } from './responses/growing.ts'
import { inputOf, itemOf, itemsOf, recall, responseOf } from './responses/reading.ts'
import type {
  ConversationResult,
  Item,
  ItemsResult,
  PageRequest,
  RecallRequest,
  RecallResult,
  ResponseResult,
  ResponseToStore,
  StoreResult,
} from './responses/results.ts'
import { StoredResponses } from './responses/stored-responses.ts'
import { prepare, write } from './responses/writing.ts'

/**
 * What a user's clients asked to be stored: responses with what stood before them, and conversations. One object for
 * each user, beside the `UserObject`, which no prompt ever enters. Everything is sealed, bounded, and deleted after
 * RESPONSES_TTL_HOURS.
 *
 * Every public method is an RPC method. Expected outcomes are values; whatever is thrown is a bug.
 */
export class ResponsesObject extends DurableObject<Env> {
  readonly #access: StoreAccess

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const settings = readSettings(env)
    if (!settings.ok) throw new Error(settings.message) // the Worker has refused the request before it comes here
    const known = nameIn(ctx.id, env.RESPONSES)
    // What is sealed for an object's own id could never be opened again.
    const userId = (): string => known ?? refuseNameless(ctx)
    this.#access = new StoreAccess(
      { storage: ctx.storage, userId, vaultKey: env.VAULT_KEY },
      settings.settings.responsesTtlHours * HOUR_MS,
    )
  }

  /** Stores a response and lets its conversation grow. Resolves once it is on disk. Idempotent by the ids in it. */
  async store(response: ResponseToStore): Promise<StoreResult> {
    const [stored] = await this.storeTogether([response])
    if (stored === undefined) throw new Error('A response was stored without a result.')
    return stored
  }

  /** The same for several, in their order, and with one commit. */
  storeTogether(responses: readonly ResponseToStore[]): Promise<readonly StoreResult[]> {
    return this.#access.writeAll(
      responses.map((response) => async (store) => {
        const prepared = await prepare(response, store)
        return (when) => write(prepared, store, when)
      }),
    )
  }

  /** What stands before a request's input (the response before it, or its conversation), and items that it refers to. */
  recall(request: RecallRequest): Promise<RecallResult> {
    const { previous, conversation, references } = request
    const none = { ok: true, items: [], referenced: references.map(() => null) } as const
    const isAlone = previous === null && conversation === null
    const missing = previous === null ? NO_CONVERSATION : NO_RESPONSE
    if (references.length > 0) this.#access.expire()
    return this.#access.read<RecallResult>(
      (store, since) => recall(request, store, since),
      isAlone ? none : missing,
    )
  }

  response(id: string): Promise<ResponseResult> {
    return this.#access.read<ResponseResult>(async (store, since) => {
      const response = await responseOf(id, store, since)
      return response === null ? NO_RESPONSE : { ok: true, response }
    }, NO_RESPONSE)
  }

  /** A page of everything that stood before a response's answer. */
  input(id: string, page: PageRequest): Promise<ItemsResult> {
    return this.#access.read<ItemsResult>(
      (store, since) => inputOf(id, page, store, since),
      NO_RESPONSE,
    )
  }

  /** Deletes a response, and the contents that only it refers to. False if there is none with this id. */
  remove(id: string): boolean {
    return this.#access.remove((sql, since) => {
      const responses = new StoredResponses(sql)
      return responses.find(id, since) !== undefined && responses.remove(id)
    })
  }

  /**
   * Makes a conversation with this id. A repetition changes nothing. `metadata` is JSON; every item must have an id.
   */
  createConversation(
    id: string,
    metadata: string,
    items: readonly Item[],
  ): Promise<ConversationResult> {
    return this.#grow(id, metadata, items, true)
  }

  conversation(id: string): Promise<ConversationResult> {
    return this.#access.read<ConversationResult>(async (store, since) => {
      const row = store.conversations.find(id, since)
      if (row === undefined) return NO_CONVERSATION
      const metadata = await openMetadata(row, store.key)
      return { ok: true, conversation: { id, createdAtMs: row.createdAtMs, metadata } }
    }, NO_CONVERSATION)
  }

  /** Replaces a conversation's metadata. */
  updateConversation(id: string, metadata: string): Promise<ConversationResult> {
    return this.#grow(id, metadata, [], false)
  }

  /** Adds items at the end of a conversation; every item must have an id. */
  addItems(id: string, items: readonly Item[]): Promise<ConversationResult> {
    return this.#grow(id, null, items, false)
  }

  /** A page of a conversation's items. */
  items(id: string, page: PageRequest): Promise<ItemsResult> {
    return this.#access.read<ItemsResult>(
      (store, since) => itemsOf(id, page, store, since),
      NO_CONVERSATION,
    )
  }

  /** One item of a conversation. */
  item(id: string, itemId: string): Promise<ItemsResult> {
    return this.#access.read<ItemsResult>(
      (store, since) => itemOf(id, itemId, store, since),
      NO_CONVERSATION,
    )
  }

  /** False if there is none with this id. Responses that were made in it stay. */
  removeConversation(id: string): boolean {
    return this.#access.remove((sql, since) => {
      const conversations = new Conversations(sql)
      return conversations.find(id, since) !== undefined && conversations.remove(id)
    })
  }

  /** False if there is no such conversation or no such item in it. */
  removeItem(id: string, itemId: string): boolean {
    return this.#access.remove((sql, since) => {
      const conversations = new Conversations(sql)
      return conversations.find(id, since) !== undefined && conversations.removeItem(id, itemId)
    })
  }

  /** Deletes everything of the user, for good. Idempotent. */
  clear(): Promise<void> {
    return this.#access.clear()
  }

  /** Seals the data key with the current VAULT_KEY. */
  reseal(): Promise<'current' | 'resealed' | 'unreadable'> {
    return this.#access.reseal()
  }

  override alarm(): Promise<void> {
    return this.#access.prune()
  }

  async #grow(
    id: string,
    metadata: string | null,
    items: readonly Item[],
    creates: boolean,
  ): Promise<ConversationResult> {
    const grown = await this.#access.write(async (store) => {
      const growth = await prepareGrowth(id, metadata, items, store)
      return (when) => grow(growth, creates, store, when)
    })
    if (grown.ok) return this.conversation(id)
    if (grown.reason === 'response_not_found') throw new Error('A conversation names no response.')
    return { ok: false, reason: grown.reason }
  }
}

const NO_RESPONSE = { ok: false, reason: 'response_not_found' } as const
const NO_CONVERSATION = { ok: false, reason: 'conversation_not_found' } as const
