/**
 * Reads the messages into a conversation. Claude Code sends results in the order in which they were finished, calls
 * behind the text that came after them, and system messages anywhere (docs/clients.md). So results are matched to
 * calls by their ids.
 */
import { Conversation, type PastCall } from '../../../gemini/ask/conversation.ts'
import { isSendable } from '../../../gemini/ask/json-object.ts'
import type { Part } from '../../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../../json/frozen.ts'
import { isRecord } from '../../../json/record.ts'
import { openSignatures } from '../../envelope.ts'
import { addParts, type Block, eachBlock, frozenWords, toParts } from './content.ts'
import { Changes } from './changes.ts'
import { type Reading, REQUIRED } from './reading.ts'

export interface Said {
  readonly conversation: Conversation
  readonly changes: Changes
}

export function readMessages(messages: readonly Block[], system: unknown, reading: Reading): Said {
  const conversation = new Conversation()
  const changes = new Changes()
  const above: Part[] = []
  eachBlock(system, 'system', reading, (block, here) => addText(above, block, here, reading))
  conversation.system(withoutBilling(above))
  let hasBegun = false
  const lastOfUser = messages.findLastIndex(({ role }) => role === 'user')
  for (const [at, message] of messages.entries()) {
    const path = `messages.${at}`
    const { role } = message
    switch (role) {
      case 'user':
        readUser(conversation, message, `${path}.content`, reading)
        break
      case 'assistant':
        readAssistant({ conversation, changes }, message, `${path}.content`, reading)
        break
      case 'system': {
        const isCleared = message['clear_at'] === 'next_user_message' && at < lastOfUser
        const place = { path, isFirst: !hasBegun, isCleared: hasBegun && isCleared }
        readSystem({ conversation, changes }, message, place, reading)
        break
      }
      default:
        return refuseRole(role, { conversation, changes }, `${path}.role`, reading)
    }
    hasBegun ||= role !== 'system'
    if (reading.failure !== null) break
  }
  return { conversation, changes }
}

function refuseRole(role: unknown, said: Said, path: string, reading: Reading): Said {
  const isMissing = role === undefined || role === null
  if (isMissing) reading.refuse(path, REQUIRED, 'missing_required_parameter')
  else reading.refuse(path, 'must be one of: user, assistant, system')
  return said
}

/** Results are read first, wherever they stand: whatever else the message says belongs to the same turn. */
function readUser(
  conversation: Conversation,
  message: Block,
  path: string,
  reading: Reading,
): void {
  const words = frozenWords(message)
  if (words !== null) return conversation.along(words)
  const said: Part[] = []
  const { content } = message
  if (content === null || content === undefined) reading.refuseType(path, content, 'a string')
  eachBlock(content, path, reading, (block, here) => {
    if (block['type'] === 'tool_result') readResult(conversation, block, here, reading)
    else if (!isServerResult(block)) addParts(said, block, here, reading)
  })
  conversation.along(said)
}

function readResult(
  conversation: Conversation,
  block: Block,
  path: string,
  reading: Reading,
): void {
  const { tool_use_id: id, content, is_error: isError } = block
  if (typeof id !== 'string') return reading.refuseType(`${path}.tool_use_id`, id, 'a string')
  const parts =
    frozenWords(block) ?? reading.result(() => toParts(content, `${path}.content`, reading))
  conversation.result({ id }, { parts, isError: isError === true })
}

function readAssistant(
  { conversation, changes }: Said,
  message: Block,
  path: string,
  reading: Reading,
): void {
  const words = frozenWords(message)
  if (words !== null) return conversation.model(words)
  const said: Part[] = []
  const summaries: Part[] = []
  const calls: PastCall[] = []
  const { content } = message
  if (content === null || content === undefined) reading.refuseType(path, content, 'a string')
  eachBlock(content, path, reading, (block, here) => {
    switch (block['type']) {
      case 'text':
        return addParts(said, block, here, reading)
      case 'tool_use':
        return addCall(calls, block, here, reading)
      case 'thinking':
        return readEnvelopes(conversation, block['signature'])
      case 'redacted_thinking':
        return readEnvelopes(conversation, block['data'])
      case 'compaction':
        // A summary of what was said before. The model has not said it, and must not lose it.
        eachBlock(block['tool_changes'], `${here}.tool_changes`, reading, (change, place) => {
          changes.readTools(change, place)
        })
        return addParts(summaries, block, here, reading)
      // The text already contains what Google's own tools did. A block of an unknown kind is not something that the
      // model said.
    }
  })
  conversation.user(summaries)
  conversation.model(said, calls)
}

function addCall(calls: PastCall[], block: Block, path: string, reading: Reading): void {
  const { name } = block
  if (typeof name !== 'string') return reading.refuseType(`${path}.name`, name, 'a string')
  if (name === '') return reading.refuse(`${path}.name`, 'must not be empty')
  calls.push(callOf(block))
}

/** A call whose name has been checked. */
const callOf = onceForFrozen((block): PastCall => {
  const { id, name, input } = block as Block
  const args = isRecord(input) && isSendable(input) ? input : {}
  const call = { id: typeof id === 'string' ? id : '', name: name as string, args }
  return Object.isFrozen(block) ? frozen(call) : call
})

/** A client may join several envelopes into one text. Each envelope states its own length. */
function readEnvelopes(conversation: Conversation, text: unknown): void {
  if (typeof text !== 'string' || text === '') return
  for (const { maker, signatures } of openSignatures(text)) {
    for (const { callId, signature } of signatures) {
      if (callId !== '') conversation.sign(callId, signature, maker)
    }
  }
}

interface SystemPlace {
  readonly path: string
  readonly isFirst: boolean
  /** Whether its words were for one turn of the user's, which is over (docs/clients.md: Anthropic's Messages). */
  readonly isCleared: boolean
}

/**
 * Put above the conversation, the text would change the request's beginning with every turn, and Google's cache of
 * the conversation would be lost. So it stays where it is.
 */
function readSystem(
  { conversation, changes }: Said,
  message: Block,
  { path, isFirst, isCleared }: SystemPlace,
  reading: Reading,
): void {
  changes.readConfig(message['output_config'])
  const said: Part[] = []
  eachBlock(message['content'], `${path}.content`, reading, (block, here) => {
    if (changes.readTools(block, here) || isCleared) return
    if (isFirst) addText(said, block, here, reading)
    else addParts(said, block, here, reading)
  })
  const parts = withoutBilling(said)
  if (isFirst) conversation.system(parts)
  else conversation.along(parts.map(asReminder))
}

/** Above the conversation, Google takes text only. */
function addText(parts: Part[], block: Block, path: string, reading: Reading): void {
  const { type } = block
  if (type !== 'image' && type !== 'document') return addParts(parts, block, path, reading)
  reading.refuse(`${path}.type`, `is ${type}, and instructions are text`, 'unsupported_value')
}

const REMINDER = 'system-reminder'

/** Marks the text, so that the model does not take it for the user's words. */
function asReminder(part: Part): Part {
  const { text } = part
  if (text === undefined || text.trimStart().startsWith(`<${REMINDER}>`)) return part
  return { text: `<${REMINDER}>\n${text}\n</${REMINDER}>` }
}

/**
 * A line in which Claude Code says whom to bill. Google has no use for it, and it differs in every conversation,
 * which would defeat Google's cache.
 */
const BILLING = /^\s*x-anthropic-billing-header:[^\n]*\n?/i

function withoutBilling(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => {
    if (part.text === undefined || !BILLING.test(part.text)) return part
    const text = part.text.replace(BILLING, '')
    return text.trim() === '' ? [] : { text }
  })
}

/** The result of a tool that Anthropic's servers run. */
function isServerResult({ type }: Block): boolean {
  return typeof type === 'string' && type !== 'tool_result' && type.endsWith('_tool_result')
}
