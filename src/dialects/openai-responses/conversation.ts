/** Turns the items of an input into a conversation with Gemini. */
import { Conversation, type PastCall } from '../../gemini/ask/conversation.ts'
import { isSendable, argumentsIn } from '../../gemini/ask/json-object.ts'
import type { Part } from '../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import { isRecord, present } from '../../json/record.ts'
import { customArguments } from '../openai/custom-tools.ts'
import { toParts } from './content.ts'
import { openSignatures, openSummary } from '../envelope.ts'
import type { Item, ItemOf } from './items.ts'
import type { Offers } from './tools.ts'

export function toConversation(items: readonly Item[], offers: Offers): Conversation {
  const conversation = new Conversation()
  let isLeading = true
  for (const item of items) {
    isLeading &&= isAbove(item)
    if (isLeading && item.type === 'message') conversation.system(toParts(item.content))
    else tell(conversation, item, offers)
  }
  return conversation
}

/** Items that may stand among the first instructions without ending them. */
export function isAbove(item: Item): boolean {
  if (item.type === 'message') return item.role === 'system' || item.role === 'developer'
  return item.type === 'additional_tools' || item.type === 'configuration_update'
}

function tell(conversation: Conversation, item: Item, offers: Offers): void {
  switch (item.type) {
    case 'message':
      return say(conversation, item)
    // It may come between the results of calls, as a developer's word may.
    case 'agent_message':
      return conversation.along(toParts(item.content))
    case 'reasoning':
      for (const { maker, signatures } of openSignatures(item.encrypted_content ?? '')) {
        for (const { callId, signature } of signatures) {
          if (callId !== '') conversation.sign(callId, signature, maker)
        }
      }
      return
    case 'function_call':
      return conversation.model([], [callOf(item, offers)])
    case 'custom_tool_call':
      return call(
        conversation,
        item,
        offers.nameOf(item.name, item.namespace),
        customArguments(item.input),
      )
    case 'tool_search_call':
      if (isHosted(item)) return
      return call(conversation, item, 'tool_search', argumentsOf(item))
    case 'local_shell_call':
      return call(conversation, item, 'local_shell', sendable(present(item.action)))
    case 'shell_call':
      return call(conversation, item, 'shell', sendable(present(item.action)))
    case 'apply_patch_call':
      return call(conversation, item, 'apply_patch', sendable(present(item.operation)))
    case 'function_call_output': {
      // A result without a call's id names the function instead.
      const { call_id: callId = null, name, namespace, output } = item
      const called = name ? offers.nameOf(name, namespace) : null
      return result(conversation, callId, called, toParts(output))
    }
    case 'custom_tool_call_output':
      // What Codex's script tells early is an output of its own (docs/clients.md: Responses).
      return result(conversation, item.call_id ?? null, null, toParts(item.output), true)
    case 'tool_search_output': {
      if (isHosted(item)) return
      const found = item.tools.map((tool) => ('name' in tool ? tool.name : tool.type))
      const text = JSON.stringify({ tools_that_can_be_called_now: found })
      return result(conversation, item.call_id ?? null, 'tool_search', [{ text }])
    }
    case 'local_shell_call_output':
    case 'shell_call_output':
      return result(conversation, item.call_id ?? item.id ?? null, null, [
        { text: textOf(item.output) },
      ])
    case 'apply_patch_call_output':
      return patched(conversation, item)
    case 'image_generation_call':
      if (item.result) conversation.model([item.result.part])
      return
    case 'compaction': {
      const summary = openSummary(item.encrypted_content ?? '')
      if (summary !== null) conversation.user([{ text: `${SUMMARY}\n\n${summary}` }])
      return
    }
    // References were resolved before, tools and settings have their effect elsewhere, and the trigger only asks for
    // a summary.
    case 'item_reference':
    case 'additional_tools':
    case 'configuration_update':
    case 'compaction_trigger':
    case 'other':
      return
  }
}

/** The search was none of the model's (found-tools.ts). */
function isHosted({ execution }: ItemOf<'tool_search_call' | 'tool_search_output'>): boolean {
  return execution === 'server'
}

const SUMMARY = 'What was said before, in a summary:'

function say(conversation: Conversation, { role, content }: ItemOf<'message'>): void {
  const parts = toParts(content)
  switch (role) {
    case 'user':
      return conversation.user(parts)
    case 'assistant':
    case 'model':
      return conversation.model(parts)
    // Put above the conversation, the text would change the request's beginning, and Google's cache of the
    // conversation would be lost.
    case 'system':
    case 'developer':
      return conversation.along(parts.map((part) => marked(part, role)))
  }
}

function marked(part: Part, role: string): Part {
  return part.text === undefined ? part : { text: `<${role}>\n${part.text}\n</${role}>` }
}

function call(
  conversation: Conversation,
  { call_id: callId }: { readonly call_id?: string | null | undefined },
  name: string,
  args: Record<string, unknown>,
): void {
  conversation.model([], [{ id: callId ?? '', name, args }])
}

function callOf(item: ItemOf<'function_call'>, offers: Offers): PastCall {
  const made = callAsNamed(item)
  const name = offers.nameOf(item.name, item.namespace)
  return name === item.name ? made : { ...made, name }
}

/** Made once for an item that comes again with each turn, so that what is made of the call is too. */
const callAsNamed = onceForFrozen((item): PastCall => {
  const { call_id: callId, name } = item as ItemOf<'function_call'>
  const made = { id: callId ?? '', name, args: argumentsOf(item) }
  return Object.isFrozen(item) ? frozen(made) : made
})

/** A text that is not a JSON object is kept as it is: the model wrote it, and so finds it again. */
const argumentsOf = onceForFrozen((item) => {
  const args = readArguments((item as { readonly arguments?: unknown }).arguments)
  return Object.isFrozen(item) ? frozen(args) : args
})

function readArguments(given: unknown): Record<string, unknown> {
  if (typeof given !== 'string') return isRecord(given) ? sendable(given) : {}
  return argumentsIn(given) ?? { raw: given }
}

function sendable(value: object): Record<string, unknown> {
  return isSendable(value) ? (value as Record<string, unknown>) : {}
}

function result(
  conversation: Conversation,
  callId: string | null,
  name: string | null,
  parts: readonly Part[],
  isAddition = false,
): void {
  if (callId !== null) return conversation.result({ id: callId }, { parts, isAddition })
  if (name !== null) return conversation.result({ name }, { parts })
  conversation.user(parts)
}

/** The output says why a patch failed, if it is there; only the status says that it did. */
function patched(
  conversation: Conversation,
  { call_id: callId, id, status, output }: ItemOf<'apply_patch_call_output'>,
): void {
  const name = callId ?? id ?? null
  const text = textOf(output)
  if (status !== 'failed' || name === null) return result(conversation, name, null, [{ text }])
  const parts = [{ text: text === '' ? 'The patch could not be applied.' : text }]
  conversation.result({ id: name }, { parts, isError: true })
}

function textOf(output: unknown): string {
  if (typeof output === 'string') return output
  return output === undefined || output === null ? '' : JSON.stringify(output)
}
