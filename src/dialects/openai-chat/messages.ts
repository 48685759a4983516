/**
 * The conversation as Gemini's contents (client-protocols §1.2, google-upstreams §4.1). Gemini wants each call answered, in
 * order, right after the turn that made it; clients send results wherever and however many they like.
 */
import type { Content, FunctionCall, Part } from '../../gemini/types.ts'
import { isRecord } from '../../http/record.ts'
import { toParts } from './content.ts'
import { echoedSignatures } from './echoed-signatures.ts'
import type { FunctionNames } from './function-names.ts'
import { isSendable, parseObject } from './json-object.ts'
import type {
  AnswerArguments,
  AnswerMessage,
  ChatMessage,
  ResultMessage,
  ToolCallMessage,
} from './message-schema.ts'
import { MISSING, orphan, toResult } from './tool-results.ts'

export interface Conversation {
  /** In their order, also those that come after the first user turn (E81). */
  readonly system: Part[]
  readonly contents: Content[]
}

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: Part[]
  readonly calls: Call[]
  /** Answered, at least in part: what the model says then is another turn. */
  isOver: boolean
}

interface Call {
  readonly id: string
  /** As the client knows it. */
  readonly name: string
  readonly call: FunctionCall
  readonly turn: Turn
  results: ResultMessage[]
}

export function toConversation(
  messages: readonly ChatMessage[],
  names: FunctionNames,
): Conversation {
  const reader = new Reader(names)
  for (const message of messages) reader.read(message)
  return { system: reader.system, contents: reader.turns.flatMap(contentsOf) }
}

/** The names of the functions that were called, by the client's spelling. */
export function calledNames(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) =>
    'tool_calls' in message
      ? [
          ...message.tool_calls.map(nameOf),
          ...(message.function_call ? [message.function_call.name] : []),
        ]
      : [],
  )
}

class Reader {
  readonly system: Part[] = []
  readonly turns: Turn[] = []
  readonly #names: FunctionNames
  /** By id, and by name for those from before there were ids. The last of an id counts: some clients use them again. */
  readonly #byId = new Map<string, Call[]>()
  readonly #byName = new Map<string, Call[]>()

  constructor(names: FunctionNames) {
    this.#names = names
  }

  read(message: ChatMessage): void {
    switch (message.role) {
      case 'system':
      case 'developer':
        for (const part of toParts(message.content)) this.system.push(part)
        return
      case 'user':
        return this.#say('user', toParts(message.content))
      case 'tool':
        return this.#result(message, this.#byId.get(message.tool_call_id))
      case 'function':
        return this.#result(message, this.#byName.get(message.name))
      default:
        return this.#answer(message)
    }
  }

  #answer(message: AnswerMessage): void {
    const said = [...toParts(message.content), ...toParts(message.images)]
    const words = said.filter(({ text }) => text !== undefined)
    if (message.refusal) words.push({ text: message.refusal })
    this.#say('model', words)
    this.#call(callsIn(message))
    // Google takes a picture for the model's own only with its signature (google-upstreams §6.1), which is not kept.
    this.#say(
      'user',
      said.filter(({ text }) => text === undefined),
    )
  }

  #call(calls: readonly CallIn[]): void {
    if (calls.length === 0) return
    const turn = this.#turn('model')
    for (const { id, name, args, signature } of calls) {
      const call = { ...(id !== '' && { id }), name: this.#names.toGemini(name), args }
      turn.parts.push({
        functionCall: call,
        ...(signature !== undefined && { thoughtSignature: signature }),
      })
      const made: Call = { id, name, call, turn, results: [] }
      turn.calls.push(made)
      remember(this.#byId, id, made)
      remember(this.#byName, name, made)
    }
  }

  #result(message: ResultMessage, calls: readonly Call[] | undefined): void {
    // Of several calls of one id in a turn each gets one; all that comes besides is the last one's (E59).
    const call = calls?.find(({ results }) => results.length === 0) ?? calls?.at(-1)
    if (call === undefined) return this.#say('user', orphan(message))
    call.results.push(message)
    call.turn.isOver = true
  }

  #say(role: Turn['role'], parts: readonly Part[]): void {
    if (parts.length === 0) return
    const turn = this.#turn(role)
    for (const part of parts) turn.parts.push(part)
  }

  /** Neighbours of the same role are one turn. */
  #turn(role: Turn['role']): Turn {
    const last = this.turns.at(-1)
    if (last?.role === role && !last.isOver) return last
    const turn: Turn = { role, parts: [], calls: [], isOver: false }
    this.turns.push(turn)
    return turn
  }
}

/** Those of an earlier turn have had their results: an id that comes again is another call. */
function remember(index: Map<string, Call[]>, key: string, call: Call): void {
  const known = index.get(key)
  if (known?.[0]?.turn === call.turn) known.push(call)
  else index.set(key, [call])
}

/** A turn, and the results of its calls as a content of their own: as many, and in their order (E57, E58). */
function contentsOf({ role, parts, calls }: Turn): Content[] {
  if (calls.length === 0) return [{ role, parts }]
  const results = calls.map(({ call, results: given }) => toResult(call, given.at(-1) ?? MISSING))
  const answers = [...results.map(({ part }) => part), ...results.flatMap(({ beside }) => beside)]
  return [
    { role, parts },
    { role: 'user', parts: answers },
  ]
}

interface CallIn {
  readonly id: string
  readonly name: string
  readonly args: Record<string, unknown>
  readonly signature?: string | undefined
}

function callsIn(message: AnswerMessage): readonly CallIn[] {
  const { tool_calls: calls, function_call: legacy } = message
  if (calls.length > 0) {
    const signatures = echoedSignatures(message)
    return calls.map((call, index) => ({
      id: call.id,
      name: nameOf(call),
      args: 'custom' in call ? { input: call.custom.input } : toArguments(call.function.arguments),
      signature: signatures[index],
    }))
  }
  if (!legacy) return []
  return [{ id: '', name: legacy.name, args: toArguments(legacy.arguments) }]
}

function nameOf(call: ToolCallMessage): string {
  return 'custom' in call ? call.custom.name : call.function.name
}

/** What is no JSON object is kept as it is: the model wrote it, and finds it again (E62). */
function toArguments(given: AnswerArguments): Record<string, unknown> {
  if (typeof given === 'string') {
    return given.trim() === '' ? {} : (parseObject(given) ?? { _raw: given })
  }
  return isRecord(given) && isSendable(given) ? given : {}
}
