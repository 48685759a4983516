/**
 * The tools of a request as functions of Gemini's, each under one name, and what kind of call the client expects for
 * each.
 */
import type { OfferedFunction } from '../../gemini/ask/functions.ts'
import type { Tool as GeminiTool } from '../../gemini/types.ts'
import { customFunction } from '../openai/custom-tools.ts'
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import { NATIVE_TOOLS, type NativeName } from './native-tools.ts'
import { withTextEnums } from './numeric-enums.ts'
import { foundBySearch } from './found-tools.ts'
import type { CustomTool, FunctionTool, NamespaceTool, Tool } from './tool-schema.ts'

/** A function as Gemini knows it and as its client knows it. */
export interface Offered extends OfferedFunction {
  readonly kind: 'function' | 'custom' | 'tool_search' | NativeName
  readonly clientName: string
  readonly namespace: string | null
  /** The client's own schema of the arguments, if the client sent one. */
  readonly schema?: Readonly<Record<string, unknown>> | null | undefined
}

export type BuiltIn = 'googleSearch' | 'codeExecution'

export class Offers {
  /** Keyed by the name of the function here. FunctionNames still converts it to Gemini's alphabet. */
  readonly functions = new Map<string, Offered>()
  readonly builtIns = new Set<BuiltIn>()
  /** What the model must be told in words about Google's own tools. */
  readonly notes: string[] = []
  /** Types of tools that have no equivalent in Gemini. */
  readonly dropped = new Set<string>()
  readonly #names = new Map<string, string>()
  /** What a search of OpenAI's own would find for a function, by the function's name here. */
  readonly #deferred = new Map<string, object>()
  #isSearchHosted = false

  /**
   * Functions that the client takes for unknown to the model until a search of OpenAI's own has found them, and what
   * that would find.
   */
  get unfound(): ReadonlyMap<string, object> {
    return this.#isSearchHosted ? this.#deferred : NOTHING
  }

  /** Tools that such a search found earlier. */
  addFound(tools: readonly Tool[]): void {
    this.add(tools)
    for (const tool of tools) {
      const members = tool.type === 'namespace' ? tool.tools : [tool]
      const namespace = tool.type === 'namespace' ? tool.name : null
      for (const member of members) {
        if ('name' in member) this.#deferred.delete(this.nameOf(member.name, namespace))
      }
    }
  }

  add(tools: readonly Tool[]): void {
    for (const tool of tools) this.#addOne(tool)
  }

  /** The name of a function here, even if it is no longer offered. */
  nameOf(clientName: string, namespace: string | null | undefined): string {
    return this.#names.get(keyOf(clientName, namespace)) ?? joined(clientName, namespace)
  }

  #addOne(tool: Tool): void {
    switch (tool.type) {
      case 'function':
      case 'custom':
        return this.#addFunction(tool, null)
      case 'namespace':
        for (const member of tool.tools) this.#addFunction(member, tool)
        return
      case 'tool_search':
        // A search on OpenAI's own servers is not needed, since deferred tools are declared like all others.
        if (tool.execution !== 'client') {
          this.#isSearchHosted = true
          return
        }
        this.#put('tool_search', null, {
          kind: 'tool_search',
          description: tool.description ?? 'Finds tools that can be called then.',
          parameters: tool.parameters ?? SEARCH_PARAMETERS,
        })
        return
      case 'native':
        this.#put(tool.name, null, { kind: tool.name, ...NATIVE_TOOLS[tool.name] })
        return
      case 'built_in':
        this.builtIns.add(tool.builtIn)
        if (tool.note !== null) this.notes.push(tool.note)
        return
      default:
        this.dropped.add(tool.name)
    }
  }

  #addFunction(tool: FunctionTool | CustomTool, within: NamespaceTool | null): void {
    const name = this.#put(tool.name, within?.name ?? null, offeredOf(tool))
    if (tool.defer_loading && name !== null) this.#deferred.set(name, foundBySearch(tool, within))
  }

  /** Returns the name here. If several share a name, the first one counts; null for the others. */
  #put(clientName: string, namespace: string | null, offered: Unnamed | Offered): string | null {
    const key = keyOf(clientName, namespace)
    if (this.#names.has(key)) return null
    let name = joined(clientName, namespace)
    // Another function, or a member of another namespace, already has this name.
    for (let number = 2; this.functions.has(name); number++) {
      name = `${joined(clientName, namespace)}_${number}`
    }
    this.#names.set(key, name)
    const isNamed = 'name' in offered && offered.name === name && namespace === null
    this.functions.set(name, isNamed ? offered : { ...offered, name, clientName, namespace })
    return name
  }
}

const NOTHING: ReadonlyMap<string, object> = new Map()

function offeredOf(tool: FunctionTool | CustomTool): Unnamed | Offered {
  if (tool.type === 'function') return functionOf(tool)
  const { name, description, format } = tool
  return { kind: 'custom', ...customFunction({ name, description, grammar: format }) }
}

/** A function under its own name. Agents offer the same ones with each turn, so each of them is read once. */
const functionOf = onceForFrozen((tool) => {
  const { name, description, parameters } = tool as FunctionTool
  const schema = parameters
  const told = schema ? withTextEnums(schema) : schema
  const named = { name, clientName: name, namespace: null }
  const offered: Offered = { kind: 'function', description, parameters: told, schema, ...named }
  return Object.isFrozen(tool) ? frozen(offered) : offered
})

type Unnamed = Omit<Offered, 'name' | 'clientName' | 'namespace'>

const SEARCH_PARAMETERS = {
  type: 'object',
  properties: { query: { type: 'string' } },
  required: ['query'],
} as const

function joined(clientName: string, namespace: string | null | undefined): string {
  return namespace ? `${namespace}__${clientName}` : clientName
}

function keyOf(clientName: string, namespace: string | null | undefined): string {
  const isNone = namespace === null || namespace === undefined
  return isNone ? `:${clientName}` : `${namespace.length}:${namespace}${clientName}`
}

/** Google's own tools in the pivot's form. */
export function builtInTools({ builtIns }: Offers): GeminiTool[] {
  return Array.from(builtIns, (builtIn): GeminiTool => ({ [builtIn]: {} }))
}
