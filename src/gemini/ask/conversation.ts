/**
 * Builds Gemini's contents from a conversation in the client's order (docs/google.md: Turns). Gemini wants a result
 * for every call, in the order of the calls, right after the turn that made them. Clients send any number of results,
 * anywhere.
 */
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import type { Maker } from '../signatures.ts'
import type { Content, FunctionCall, GenerateContentRequest, Part } from '../types.ts'
import type { FunctionNames } from './function-names.ts'
import { joined, type Result, tellResult } from './results.ts'
import { withPicturesApart } from './told-pictures.ts'

/** A call that the model made earlier in the conversation. */
export interface PastCall {
  /** Empty if the client has none. */
  readonly id: string
  /** The function's name as the client knows it. */
  readonly name: string
  readonly args: Record<string, unknown>
  readonly signature?: string | undefined
}

/** How a result names its call: by the call's id, or by the function's name in messages older than ids. */
export type Called = { readonly id: string } | { readonly name: string }

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: Part[]
  readonly calls: Call[]
  /** What else the client says in the same content as the results. */
  readonly beside: Part[]
  /** Some calls of the turn have results. What the model says afterwards begins another turn. */
  isOver: boolean
}

interface Call {
  readonly name: string
  readonly part: CallPart
  readonly turn: Turn
  /** Its place among the turn's parts. */
  readonly at: number
  readonly results: Result[]
}

/**
 * The text of a turn that says nothing. Google refuses an empty part, and some models refuse a history that begins
 * with the model.
 */
const BLANK = ' '

/**
 * Some conversations end with the model's turn: the client wants it continued. Gemini 3.7 and later refuse that
 * (docs/google.md: Turns; docs/clients.md: Messages). So the turn stays word for word, and this text asks for the
 * continuation. It is sent to all models, so that the meaning of a request does not depend on which one serves it.
 */
const CONTINUE = 'Continue from exactly where your last message ends.'

/** Where nothing but results came after the model's turn, which belong to calls before it. */
const RESULTS_CAME = 'Results that were missing have come. They stand behind their calls.'

/** Calls of one turn that share an id or a name. */
interface Namesakes {
  readonly calls: Call[]
  /** So many of the first have results. */
  answered: number
}

export class Conversation {
  readonly #system: Part[] = []
  readonly #turns: Turn[] = []
  /** Some clients use an id again for a later call, so the latest call of an id or name counts. */
  #byId: Map<string, Namesakes> | undefined
  #byName: Map<string, Namesakes> | undefined
  #signatures: Map<string, Pick<Part, 'thoughtSignature' | 'signedBy'>> | undefined
  /** Whether a result came last, and not behind the turn of its call. */
  #isLate = false

  /** Whether nobody has said anything. */
  get isEmpty(): boolean {
    return this.#turns.length === 0 && this.#system.length === 0
  }

  /** Whether the model has said or called anything. */
  get hasModelSpoken(): boolean {
    return this.#turns.some(({ role }) => role === 'model')
  }

  /** Names of the functions that were called, in the client's spelling. */
  get calledNames(): string[] {
    return this.#turns.flatMap(({ calls }) => calls.map(({ name }) => name))
  }

  /** A system text goes above the conversation, wherever in it the client sent it (docs/clients.md: Messages). */
  system(parts: readonly Part[]): void {
    for (const part of parts) this.#system.push(part)
  }

  user(parts: readonly Part[]): void {
    this.#say('user', parts)
  }

  /**
   * Says something as the user, in the same content as the results before it, if there are any: to Gemini, a content
   * without results begins another turn.
   */
  along(parts: readonly Part[]): void {
    const last = this.#turns.at(-1)
    if (last?.isOver !== true) return this.#say('user', parts)
    for (const part of parts) last.beside.push(part)
  }

  /** What the model said, and then what it called. */
  model(said: readonly Part[], calls: readonly PastCall[] = []): void {
    const parts = withPicturesApart(said)
    const drawn = parts.filter(isUnsignedMedia)
    this.#say('model', drawn.length === 0 ? parts : parts.filter((part) => !isUnsignedMedia(part)))
    if (calls.length > 0) this.#call(calls)
    // Google accepts a picture in a model's turn only with its signature (docs/google.md: Thought signatures), so one
    // without is shown as the user's.
    this.#say('user', drawn)
  }

  /** A signature that the client sends apart from its call, before or after it. */
  sign(callId: string, thoughtSignature: string, signedBy: Maker): void {
    this.#signatures ??= new Map<string, Part>()
    this.#signatures.set(callId, { thoughtSignature, signedBy })
  }

  /**
   * Adds a result. Results may come in any order. If the call is missing, the user says the result, so that it is not
   * lost (docs/clients.md: Messages).
   */
  result(called: Called, result: Result): void {
    const known = 'id' in called ? this.#byId?.get(called.id) : this.#byName?.get(called.name)
    const call = known && nextOf(known)
    if (call === undefined) return this.#say('user', result.parts)
    call.results.push(result)
    call.turn.isOver = true
    this.#isLate = call.turn !== this.#turns.at(-1)
  }

  /** `names` must know all functions that are declared or were called. */
  toGemini(names: FunctionNames): Pick<GenerateContentRequest, 'contents' | 'systemInstruction'> {
    const turns = this.#turns
    const system = this.#system
    // Google needs at least one content, so if there are only system texts, the user says them (docs/clients.md:
    // Messages).
    if (turns.length === 0) return { contents: [{ role: 'user', parts: system }] }
    const contents: Content[] = []
    if (turns[0]?.role === 'model') contents.push({ role: 'user', parts: [{ text: BLANK }] })
    for (const turn of turns) {
      const results = turn.calls.length > 0 ? this.#resultsOf(turn, names) : null
      contents.push(contentOf(turn.role, turn.parts))
      if (results !== null) contents.push(contentOf('user', results))
    }
    if (contents.at(-1)?.role === 'model') {
      const text = this.#isLate ? RESULTS_CAME : CONTINUE
      contents.push({ role: 'user', parts: [{ text }] })
    }
    return system.length > 0 ? { contents, systemInstruction: { parts: system } } : { contents }
  }

  #call(calls: readonly PastCall[]): void {
    const turn = this.#turn('model', [])
    const byId = (this.#byId ??= new Map<string, Namesakes>())
    const byName = (this.#byName ??= new Map<string, Namesakes>())
    for (const past of calls) {
      const { id, name } = past
      const part = partOf(past)
      const made: Call = { name, part, turn, at: turn.parts.length, results: [] }
      turn.parts.push(part)
      turn.calls.push(made)
      remember(byId, id, made)
      remember(byName, name, made)
    }
  }

  /**
   * The results of a turn's calls: one for each call, in their order (docs/clients.md: Messages). Also gives the calls
   * Gemini's names, and signatures that came apart from them.
   */
  #resultsOf({ parts, calls, beside }: Turn, names: FunctionNames): readonly Part[] {
    const results: Part[] = []
    const media: Part[] = []
    for (const made of calls) {
      const part = this.#finished(made, names)
      parts[made.at] = part
      const told = tellResult(part.functionCall, joined(made.results))
      results.push(told.part)
      for (const file of told.beside) media.push(file)
    }
    return media.length + beside.length === 0 ? results : [...results, ...media, ...beside]
  }

  #finished({ name, part }: Call, names: FunctionNames): CallPart {
    const { functionCall, thoughtSignature } = part
    const { id } = functionCall
    const isSigned = id === undefined || thoughtSignature !== undefined
    const signature = isSigned ? undefined : this.#signatures?.get(id)
    const told = names.toGemini(name)
    return told === name && signature === undefined
      ? part
      : { ...part, functionCall: { ...functionCall, name: told }, ...signature }
  }

  #say(role: Turn['role'], parts: readonly Part[]): void {
    if (parts.length > 0) this.#turn(role, parts)
  }

  /** Neighbouring turns of the same role are joined. */
  #turn(role: Turn['role'], parts: readonly Part[]): Turn {
    this.#isLate = false
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

type CallPart = Part & { readonly functionCall: FunctionCall }

/** A call under the client's name for its function. */
const partOf = onceForFrozen((past): CallPart => {
  const { id, name, args, signature } = past as PastCall
  const functionCall: FunctionCall = id === '' ? { name, args } : { name, args, id }
  const part: CallPart = { functionCall }
  if (signature !== undefined) part.thoughtSignature = signature
  return Object.isFrozen(past) ? frozen(part) : part
})

/** Contents of frozen parts, none of which are media, by the first one: each turn of an agent has those of the turns before once more. */
const frozenContents = new WeakMap<Part, Content>()

function contentOf(role: Turn['role'], parts: readonly Part[]): Content {
  const [first] = parts
  if (first === undefined || !Object.isFrozen(first)) return { role, parts: [...parts] }
  const known = frozenContents.get(first)
  if (known !== undefined && known.role === role && areSame(known.parts, parts)) return known
  const content = { role, parts: [...parts] }
  if (parts.every(Object.isFrozen)) frozenContents.set(first, frozen(content))
  return content
}

function areSame(some: readonly Part[], others: readonly Part[]): boolean {
  return some.length === others.length && some.every((part, at) => part === others[at])
}

/** Calls of an earlier turn have their results already, so the same id in a later turn means another call. */
function remember(index: Map<string, Namesakes>, key: string, call: Call): void {
  const known = index.get(key)
  if (known?.calls[0]?.turn === call.turn) known.calls.push(call)
  else index.set(key, { calls: [call], answered: 0 })
}

/** If several calls of a turn share an id, each gets one result; the last call gets all further ones (docs/clients.md: Messages). */
function nextOf(known: Namesakes): Call | undefined {
  const { calls } = known
  while ((calls[known.answered]?.results.length ?? 0) > 0) known.answered++
  return calls[known.answered] ?? calls.at(-1)
}

function isUnsignedMedia({ text, thoughtSignature }: Part): boolean {
  return text === undefined && thoughtSignature === undefined
}
