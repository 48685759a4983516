/**
 * A conversation in the order in which a client tells it, as Gemini's contents (docs/google.md: Turns). Gemini wants each call
 * answered, in the order of the calls, right after the turn that made them; clients send results wherever and however many they like.
 */
import type { Maker } from '../signatures.ts'
import type { Content, FunctionCall, GenerateContentRequest, Part } from '../types.ts'
import type { FunctionNames } from './function-names.ts'
import { type Result, tellResult } from './results.ts'

/** A call that the model made earlier in the conversation. */
export interface PastCall {
  /** Empty where the client has none. */
  readonly id: string
  /** As the client knows it. */
  readonly name: string
  readonly args: Record<string, unknown>
  readonly signature?: string | undefined
}

/** What a result names: the id of its call, or the function, for those from before there were ids. */
export type Called = { readonly id: string } | { readonly name: string }

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: Part[]
  readonly calls: Call[]
  /** What is said along with the results of the calls. */
  readonly beside: Part[]
  /** Answered, at least in part: what the model says then is another turn. */
  isOver: boolean
}

interface Call {
  readonly name: string
  readonly part: Part
  readonly call: FunctionCall
  readonly turn: Turn
  readonly results: Result[]
}

/** A turn that says nothing: Google refuses an empty part, and some models a history that begins with the model. */
const BLANK = ' '

/**
 * Clients answer a conversation that ends with the model by another turn of the model's; Gemini 3.7 and later refuse it
 * (docs/google.md: Turns; docs/clients.md: Messages). So the turn stays where it is, word for word, and this asks for what comes next. The same for all
 * models: the meaning of a request should not depend on which model serves it.
 */
const CONTINUE = 'Continue from exactly where your last message ends.'

/** Parts that are given to it are its own from then on. */
export class Conversation {
  readonly #system: Part[] = []
  readonly #turns: Turn[] = []
  /** The last of an id counts, and of a name: some clients use ids again. */
  #byId: Map<string, Call[]> | undefined
  #byName: Map<string, Call[]> | undefined
  #signatures: Map<string, Pick<Part, 'thoughtSignature' | 'signedBy'>> | undefined

  /** Whether nothing was said by anybody. */
  get isEmpty(): boolean {
    return this.#turns.length === 0 && this.#system.length === 0
  }

  /** Whether the model has said or called anything. */
  get hasModelSpoken(): boolean {
    return this.#turns.some(({ role }) => role === 'model')
  }

  /** The names of the functions that were called, by the client's spelling. */
  get calledNames(): string[] {
    return this.#turns.flatMap(({ calls }) => calls.map(({ name }) => name))
  }

  /** Above the conversation, wherever in it this comes (docs/clients.md: Messages). */
  system(parts: readonly Part[]): void {
    for (const part of parts) this.#system.push(part)
  }

  user(parts: readonly Part[]): void {
    this.#say('user', parts)
  }

  /** As the user, but with the results before it in one content, if any: to Gemini a content without results begins another turn. */
  along(parts: readonly Part[]): void {
    const last = this.#turns.at(-1)
    if (last?.isOver !== true) return this.#say('user', parts)
    for (const part of parts) last.beside.push(part)
  }

  /** What the model said, and after it what it called. */
  model(parts: readonly Part[], calls: readonly PastCall[] = []): void {
    const drawn = parts.filter(isUnsignedMedia)
    this.#say('model', drawn.length === 0 ? parts : parts.filter((part) => !isUnsignedMedia(part)))
    if (calls.length > 0) this.#call(calls)
    // Google takes a picture for the model's own only with its signature (docs/google.md: Thought signatures).
    this.#say('user', drawn)
  }

  /** A signature that comes apart from its call, before or after it. */
  sign(callId: string, thoughtSignature: string, signedBy: Maker): void {
    this.#signatures ??= new Map<string, Part>()
    this.#signatures.set(callId, { thoughtSignature, signedBy })
  }

  /** Results may come in any order; one of a call that is not there says something all the same, as the user (docs/clients.md: Messages). */
  result(called: Called, result: Result): void {
    const calls = 'id' in called ? this.#byId?.get(called.id) : this.#byName?.get(called.name)
    // Of several calls of one id in a turn each gets one; all that comes besides is the last one's (docs/clients.md: Messages).
    const call = calls?.find(({ results }) => results.length === 0) ?? calls?.at(-1)
    if (call === undefined) return this.#say('user', result.parts)
    call.results.push(result)
    call.turn.isOver = true
  }

  /** `names`: of all functions that are declared or were called. */
  toGemini(names: FunctionNames): Pick<GenerateContentRequest, 'contents' | 'systemInstruction'> {
    const turns = this.#turns
    const system = this.#system
    // Google needs a content, so a conversation of system texts alone becomes the user's (docs/clients.md: Messages).
    if (turns.length === 0) return { contents: [{ role: 'user', parts: system }] }
    const contents: Content[] = []
    if (turns[0]?.role === 'model') contents.push({ role: 'user', parts: [{ text: BLANK }] })
    for (const turn of turns) {
      contents.push({ role: turn.role, parts: turn.parts })
      if (turn.calls.length > 0) contents.push(this.#answered(turn, names))
    }
    if (contents.at(-1)?.role === 'model') {
      contents.push({ role: 'user', parts: [{ text: CONTINUE }] })
    }
    return system.length > 0 ? { contents, systemInstruction: { parts: system } } : { contents }
  }

  #call(calls: readonly PastCall[]): void {
    const turn = this.#turn('model', [])
    const byId = (this.#byId ??= new Map<string, Call[]>())
    const byName = (this.#byName ??= new Map<string, Call[]>())
    for (const { id, name, args, signature } of calls) {
      const call: FunctionCall = { name, args }
      if (id !== '') call.id = id
      const part: Part = { functionCall: call }
      if (signature !== undefined) part.thoughtSignature = signature
      turn.parts.push(part)
      const made: Call = { name, part, call, turn, results: [] }
      turn.calls.push(made)
      remember(byId, id, made)
      remember(byName, name, made)
    }
  }

  /** The results of a turn's calls as a content of their own: as many, and in their order (docs/clients.md: Messages). */
  #answered({ calls, beside }: Turn, names: FunctionNames): Content {
    const parts: Part[] = []
    const media: Part[] = []
    for (const { name, part, call, results } of calls) {
      call.name = names.toGemini(name)
      if (call.id !== undefined && part.thoughtSignature === undefined) {
        Object.assign(part, this.#signatures?.get(call.id))
      }
      const told = tellResult(call, results.at(-1) ?? null)
      parts.push(told.part)
      for (const file of told.beside) media.push(file)
    }
    return { role: 'user', parts: [...parts, ...media, ...beside] }
  }

  #say(role: Turn['role'], parts: readonly Part[]): void {
    if (parts.length > 0) this.#turn(role, parts)
  }

  /** Neighbours of the same role are one turn. */
  #turn(role: Turn['role'], parts: readonly Part[]): Turn {
    const last = this.#turns.at(-1)
    if (last?.role === role && !last.isOver) {
      for (const part of parts) last.parts.push(part)
      return last
    }
    const turn: Turn = { role, parts: [...parts], calls: [], beside: [], isOver: false }
    this.#turns.push(turn)
    return turn
  }
}

/** Those of an earlier turn have had their results: an id that comes again is another call. */
function remember(index: Map<string, Call[]>, key: string, call: Call): void {
  const known = index.get(key)
  if (known?.[0]?.turn === call.turn) known.push(call)
  else index.set(key, [call])
}

function isUnsignedMedia({ text, thoughtSignature }: Part): boolean {
  return text === undefined && thoughtSignature === undefined
}
