/** What the answer must know about a translated request. */
import { expectationsOf, type AnswerPlan } from '../../../gemini/answer/plan.ts'
import type { GenerateContentRequest } from '../../../gemini/types.ts'
import type { Context, Terms } from '../../dialect.ts'
import { createdAt } from '../../openai/ids.ts'
import type { Memory, StoredItem } from '../../memory.ts'
import type { Ids } from '../ids.ts'
import type { Offered } from '../tools.ts'
import { bodyJson, type Head, type Standing, withNumbers } from './response.ts'
import type { OutputItem } from './items.ts'

export interface Asked {
  readonly request: GenerateContentRequest
  readonly plan: AnswerPlan
  readonly offered: ReadonlyMap<string, Offered>
  /** See `Offers.unfound`. */
  readonly unfound: ReadonlyMap<string, object>
  /** The answer is a summary of the conversation, as one item. */
  readonly compacts: boolean
  readonly object: 'response' | 'response.compaction'
  readonly model: string
  readonly settings: string
  readonly previous: string | null
  readonly conversation: string | null
  /** Whether the response is kept so that it can be found again. Its conversation grows in any case. */
  readonly store: boolean
  /** The items of the request's own input, for storing. */
  readonly input: (ids: Ids) => readonly StoredItem[]
  readonly memory: Memory
}

/** `terms` is null until the lease is known. */
export function headOf(asked: Asked, ids: Ids, context: Context, terms: Terms | null): Head {
  const { model, previous, conversation, settings } = asked
  return {
    id: ids.response,
    createdAt: createdAt(context),
    model: terms?.model ?? model,
    previous,
    conversation,
    settings,
  }
}

export function planUnder({ plan, request }: Asked, { target }: Terms): AnswerPlan {
  return { ...plan, ...expectationsOf(request, target) }
}

/** Whether the response will be stored, as far as this can be told before. `terms` is null until the lease is known. */
export function isStored({ store }: Asked, terms: Terms | null): boolean {
  return store && terms?.preferences.storeResponses !== false
}

interface Kept {
  readonly head: Head
  readonly ids: Ids
  readonly terms: Terms
  /** See `withNumbers`; null if the answer is not streamed. */
  readonly numbers: readonly number[] | null
}

/** Stores the response or its conversation, if wanted. Returns whether the response can be found again. */
export async function keep(
  asked: Asked,
  { head, ids, terms, numbers }: Kept,
  standing: Standing,
  output: readonly OutputItem[],
): Promise<boolean> {
  const isWanted = isStored(asked, terms)
  const mayStore = terms.preferences.storeResponses !== false
  if (!isWanted && (asked.conversation === null || !mayStore)) return false
  const body = bodyJson(head, { ...standing, store: true })
  const isDone = await asked.memory.store({
    id: isWanted ? head.id : null,
    body: numbers === null ? body : withNumbers(body, numbers),
    settings: head.settings,
    previous: asked.previous,
    conversation: asked.conversation,
    input: asked.input(ids),
    output,
  })
  return isDone && isWanted
}

/** Whether anything would be stored. If so, the end of the answer waits until it is. */
export function waits(asked: Asked, terms: Terms): boolean {
  const mayStore = terms.preferences.storeResponses !== false
  return mayStore && (asked.store || asked.conversation !== null)
}
