import type { Memory, Recalled, RecallAsked } from '../../dialects/memory.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callResponses, callUser } from '../../gateway/object-calls.ts'
import { Together } from '../../gateway/together.ts'
import { logError } from '../../http/log.ts'
import type { RecallResult, ResponseToStore, StoreResult } from '../../objects/responses/results.ts'
import type { Call } from '../call.ts'

/** Characters. Longer responses together could be more than a call may carry. */
const SHORT_CHARS = 65_536

/** Short responses that one user's requests have stored at one time. Asked again, the object stores nothing twice. */
const SHORT = new Together<ResponseToStore, StoreResult>({
  alone: store,
  together: (env, userId, responses) => env.RESPONSES.getByName(userId).storeTogether(responses),
})

function store(env: Env, userId: string, response: ResponseToStore): Promise<StoreResult> {
  return callResponses<StoreResult>(env, userId, (responses) => responses.store(response))
}

function isShort({ body, settings, input, output }: ResponseToStore): boolean {
  let length = body.length + settings.length
  for (const { text } of input) length += text.length
  for (const { text } of output) length += text.length
  return length <= SHORT_CHARS
}

/** What this user's clients may store and find again. Makes no call until something must be found or stored. */
export function memoryOf(call: Call, { userId }: KeyHolder): Memory {
  const { env, ctx, clock, requestId } = call
  return {
    async recall(asked) {
      const [isOn, recalled] = await Promise.all([
        storesFor(call, userId),
        callResponses<RecallResult>(env, userId, (responses) => responses.recall(plain(asked))),
      ])
      return isOn ? toRecalled(recalled) : { ok: false, why: 'off' }
    },
    async store(response) {
      try {
        const asker = {
          env,
          userId,
          clock,
          waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work),
        }
        const stored = isShort(response)
          ? await SHORT.ask(asker, response)
          : await store(env, userId, response)
        if (!stored.ok)
          logError('response_not_stored', { request_id: requestId, reason: stored.reason })
        return stored.ok
      } catch (error) {
        // The answer is complete, so it is told anyway, and says that it cannot be found again.
        logError('response_not_stored', {
          request_id: requestId,
          reason: String(error).slice(0, 200),
        })
        return false
      }
    },
  }
}

/** Whether anything may be stored for this user. */
export async function storesFor({ env, settings }: Call, userId: string): Promise<boolean> {
  return settings.storeResponses && callUser<boolean>(env, userId, (user) => user.stores())
}

/**
 * Clients see derived ids with a prefix for the item's kind (dialects/openai-responses/lists.ts), which is removed
 * here.
 */
function plain({ references, ...rest }: RecallAsked): RecallAsked {
  return { ...rest, references: references.map(plainId) }
}

/** A prefix such as `msg_` before an id that was derived from an item's content. */
const DERIVED = /^[a-z]+_([0-9a-f]{32}\d+)$/

export function plainId(id: string): string {
  return DERIVED.exec(id)?.[1] ?? id
}

function toRecalled(result: RecallResult): Recalled {
  if (result.ok) return result
  const { reason } = result
  return { ok: false, why: reason === 'vault_not_configured' ? 'unreadable' : reason }
}
