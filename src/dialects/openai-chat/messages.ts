/** Turns the messages of a chat into a conversation with Gemini (docs/clients.md: Messages). */
import { Conversation, type PastCall } from '../../gemini/ask/conversation.ts'
import { argumentsIn, isSendable } from '../../gemini/ask/json-object.ts'
import { saidBy } from '../../gemini/ask/speaker.ts'
import type { Part } from '../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import { isRecord } from '../../json/record.ts'
import { customArguments } from '../openai/custom-tools.ts'
import { toParts } from './body/content.ts'
import type {
  AnswerArguments,
  AnswerMessage,
  ChatMessage,
  PlainMessage,
  ToolCallMessage,
} from './body/message-schema.ts'
import { echoedSignatures } from './echoed-signatures.ts'

export function toConversation(messages: readonly ChatMessage[]): Conversation {
  const conversation = new Conversation()
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant' || role === 'model')
  for (const [at, message] of messages.entries()) {
    // A system message after the model's last words is about what comes next, so it stays there. Above the
    // conversation it would be out of place.
    if (at > lastAnswer && conversation.hasModelSpoken && isSystem(message)) {
      conversation.user(saidBy(message.name, toParts(message.content)))
    } else tell(conversation, message)
  }
  return conversation
}

function isSystem(message: ChatMessage): message is PlainMessage {
  return message.role === 'system' || message.role === 'developer'
}

function tell(conversation: Conversation, message: ChatMessage): void {
  switch (message.role) {
    case 'system':
    case 'developer':
      return conversation.system(saidBy(message.name, toParts(message.content)))
    case 'user':
      return conversation.user(saidBy(message.name, toParts(message.content)))
    case 'tool':
      return conversation.result({ id: message.tool_call_id }, { parts: toParts(message.content) })
    case 'function':
      return conversation.result({ name: message.name }, { parts: toParts(message.content) })
    default:
      return conversation.model(wordsIn(message), callsIn(message))
  }
}

function wordsIn({ name, content, images, refusal }: AnswerMessage): readonly Part[] {
  const said = saidBy(name, toParts(content))
  if (images.length === 0 && !refusal) return said
  return [...said, ...toParts(images), ...(refusal ? [{ text: refusal }] : [])]
}

/** The calls of a message that recurs are read only once. */
const callsIn = onceForFrozen((message) => {
  const calls = readCalls(message as AnswerMessage)
  return Object.isFrozen(message) ? frozen(calls) : calls
})

function readCalls(message: AnswerMessage): readonly PastCall[] {
  const { tool_calls: calls, function_call: legacy } = message
  if (calls.length > 0) {
    const signatures = echoedSignatures(message)
    return calls.map((call, index) => ({
      id: call.id,
      name: nameOf(call),
      args:
        'custom' in call
          ? customArguments(call.custom.input)
          : toArguments(call.function.arguments),
      signature: signatures[index],
    }))
  }
  if (!legacy) return []
  return [{ id: '', name: legacy.name, args: toArguments(legacy.arguments) }]
}

function nameOf(call: ToolCallMessage): string {
  return 'custom' in call ? call.custom.name : call.function.name
}

/**
 * A text that is not a JSON object is kept as it is: the model wrote it, and so finds it again (docs/clients.md:
 * Messages).
 */
function toArguments(given: AnswerArguments): Record<string, unknown> {
  if (typeof given === 'string') return argumentsIn(given) ?? { _raw: given }
  return isRecord(given) && isSendable(given) ? given : {}
}
