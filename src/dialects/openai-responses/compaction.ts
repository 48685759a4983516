/** Shortening a conversation. The summary reaches the client in an envelope, as one item. */
import type { Failure } from '../../failure/failure.ts'
import { openSummary } from '../envelope.ts'
import type { Ended } from './answer/ending.ts'
import type { Asked } from './answer/asked.ts'
import { isAbove } from './conversation.ts'
import type { Item } from './items.ts'

/** What the model is asked. */
export const COMPACT = `Write a summary of this conversation for another assistant, who will go on with the work and will see nothing but your summary.

Say what the user wants, in the user's own words where they matter; what was done and decided, and why; which files, commands, names and numbers matter, exactly; what is finished, what is not, and what is to be done next. Leave out what nobody needs any more. Answer with the summary alone.`

/** What is wrong with a summary that comes back: without it, the conversation would be lost unnoticed. Null if nothing is. */
export function unreadableIn(items: readonly Item[], path: (at: number) => string): Failure | null {
  const at = items.findIndex(
    (item) => item.type === 'compaction' && openSummary(item.encrypted_content ?? '') === null,
  )
  if (at === -1) return null
  const param = `${path(at)}.encrypted_content`
  const message = `Invalid value: '${param}' is no summary that was made here; send the conversation itself.`
  return { reason: 'invalid_value', message, param }
}

/**
 * Why a summary cannot stand for the conversation, which would be lost; null if it can. Half a summary is told only
 * where the answer has a status, which says that it is incomplete.
 */
export function lossIn(
  summary: string,
  { end, refusal }: Ended,
  object: Asked['object'],
): Failure | null {
  if (refusal !== null) return { reason: 'content_filtered', message: refusal }
  const isEmpty = summary.trim() === ''
  if (!isEmpty && (end === 'stop' || object === 'response')) return null
  switch (end) {
    case 'filtered':
      return {
        reason: 'content_filtered',
        message: "One of Google's filters broke the summary off.",
      }
    case 'length':
      return {
        reason: 'upstream_truncated',
        message: 'The summary is longer than the model may write.',
      }
    default:
      return { reason: 'upstream_error', message: 'The model wrote no summary.' }
  }
}

/**
 * Stored items without those for which a summary stands: whoever goes on from a summary must not send the whole
 * conversation again. Instructions, tools and settings are in no summary, so they stay. Half a summary stands for nothing.
 */
export function sinceSummary(items: readonly Item[]): readonly Item[] {
  const at = items.findLastIndex(
    (item, index) =>
      item.type === 'compaction' &&
      item.status !== 'incomplete' &&
      items[index - 1]?.type === 'compaction_trigger',
  )
  if (at === -1) return items
  let isLeading = true
  const kept = items.slice(0, at).flatMap((item): Item[] => {
    isLeading &&= isAbove(item)
    if (isLeading) return [item]
    switch (item.type) {
      case 'additional_tools':
      case 'configuration_update':
        return [item]
      case 'tool_search_output':
        return [{ type: 'additional_tools', tools: item.tools }]
      default:
        return []
    }
  })
  return [...kept, ...items.slice(at)]
}
