/**
 * The conversation as Gemini's contents (client-protocols §1.2, google-upstreams §4.1). Gemini wants each call answered, in
 * order, right after the turn that made it; clients send results wherever and however many they like.
 */
import type { Content, FunctionCall, Part } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { toParts } from './body/content.ts'
import { echoedSignatures } from './echoed-signatures.ts'
import type { FunctionNames } from '../../gemini/ask/function-names.ts'
import { isSendable, parseObject } from '../../gemini/ask/json-object.ts'
import type {
  AnswerArguments,
  AnswerMessage,
  ChatMessage,
  ResultMessage,
  ToolCallMessage,
} from './body/message-schema.ts'
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
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant' || role === 'model')
  for (const [at, message] of messages.entries()) {
    if (at > lastAnswer && reader.hasSpoken && isSystem(message)) reader.interject(message)
    else reader.read(message)
  }
  const contents: Content[] = []
  for (const { role, parts, calls } of reader.turns) {
    contents.push({ role, parts })
    if (calls.length > 0) contents.push(resultsOf(calls))
  }
  return { system: reader.system, contents }
}

function isSystem({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer'
}

/** The names of the functions that were called, by the client's spelling. */
export function calledNames(messages: readonly ChatMessage[]): string[] {
  const names: string[] = []
  for (const message of messages) {
    if (message.role !== 'assistant' && message.role !== 'model') continue
    for (const call of message.tool_calls) names.push(nameOf(call))
    if (message.function_call) names.push(message.function_call.name)
  }
  return names
}

class Reader {
  readonly system: Part[] = []
  readonly turns: Turn[] = []
  readonly #names: FunctionNames
  /** By id, and by name for those from before there were ids. The last of an id counts: some clients use them again. */
  #byId: Map<string, Call[]> | undefined
  #byName: Map<string, Call[]> | undefined

  constructor(names: FunctionNames) {
    this.#names = names
  }

  /** Whether the model has said or called anything yet. */
  get hasSpoken(): boolean {
    return this.turns.some(({ role }) => role === 'model')
  }

  /** What a system says after the model's last words is about what comes next: above the conversation it would be out of place. */
  interject({ content }: ChatMessage): void {
    this.#say('user', toParts(content))
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
        return this.#result(message, this.#byId?.get(message.tool_call_id))
      case 'function':
        return this.#result(message, this.#byName?.get(message.name))
      default:
        return this.#answer(message)
    }
  }

  #answer(message: AnswerMessage): void {
    const said = toParts(message.content)
    for (const picture of toParts(message.images)) said.push(picture)
    if (message.refusal) said.push({ text: message.refusal })
    const pictures = said.filter(({ text }) => text === undefined)
    const words = pictures.length > 0 ? said.filter(({ text }) => text !== undefined) : said
    this.#say('model', words)
    this.#call(callsIn(message))
    // Google takes a picture for the model's own only with its signature (google-upstreams §6.1), which is not kept.
    this.#say('user', pictures)
  }

  #call(calls: readonly CallIn[]): void {
    if (calls.length === 0) return
    const turn = this.#turn('model', [])
    const byId = (this.#byId ??= new Map<string, Call[]>())
    const byName = (this.#byName ??= new Map<string, Call[]>())
    for (const { id, name, args, signature } of calls) {
      const call: FunctionCall = { name: this.#names.toGemini(name), args }
      if (id !== '') call.id = id
      const part: Part = { functionCall: call }
      if (signature !== undefined) part.thoughtSignature = signature
      turn.parts.push(part)
      const made: Call = { id, name, call, turn, results: [] }
      turn.calls.push(made)
      remember(byId, id, made)
      remember(byName, name, made)
    }
  }

  #result(message: ResultMessage, calls: readonly Call[] | undefined): void {
    // Of several calls of one id in a turn each gets one; all that comes besides is the last one's (E59).
    const call = calls?.find(({ results }) => results.length === 0) ?? calls?.at(-1)
    if (call === undefined) return this.#say('user', orphan(message))
    call.results.push(message)
    call.turn.isOver = true
  }

  /** The parts are the turn's from then on. */
  #say(role: Turn['role'], parts: Part[]): void {
    if (parts.length > 0) this.#turn(role, parts)
  }

  /** Neighbours of the same role are one turn. */
  #turn(role: Turn['role'], parts: Part[]): Turn {
    const last = this.turns.at(-1)
    if (last?.role === role && !last.isOver) {
      for (const part of parts) last.parts.push(part)
      return last
    }
    const turn: Turn = { role, parts, calls: [], isOver: false }
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

/** The results of a turn's calls as a content of their own: as many, and in their order (E57, E58). */
function resultsOf(calls: readonly Call[]): Content {
  const parts: Part[] = []
  const media: Part[] = []
  for (const { call, results } of calls) {
    const { part, beside } = toResult(call, results.at(-1) ?? MISSING)
    parts.push(part)
    for (const file of beside) media.push(file)
  }
  for (const file of media) parts.push(file)
  return { role: 'user', parts }
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
