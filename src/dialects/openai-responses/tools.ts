/**
 * The tools of a request as functions of Gemini's, each under one name, and what kind of call the client expects for
 * each.
 */
import type { OfferedFunction } from '../../gemini/ask/functions.ts'
import type { Tool as GeminiTool } from '../../gemini/types.ts'
import { customFunction } from '../openai/custom-tools.ts'
import { NATIVE_TOOLS, type NativeName } from './native-tools.ts'
import { withTextEnums } from './numeric-enums.ts'
import type { CustomTool, FunctionTool, Tool } from './tool-schema.ts'

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
  /** Types of tools that have no equivalent in Gemini. */
  readonly dropped = new Set<string>()
  readonly #names = new Map<string, string>()

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
        for (const member of tool.tools) this.#addFunction(member, tool.name)
        return
      case 'tool_search':
        // A search on OpenAI's own servers is not needed, since deferred tools are declared like all others.
        if (tool.execution !== 'client') return
        return this.#put('tool_search', null, {
          kind: 'tool_search',
          description: tool.description ?? 'Finds tools that can be called then.',
          parameters: tool.parameters ?? SEARCH_PARAMETERS,
        })
      case 'native':
        return this.#put(tool.name, null, { kind: tool.name, ...NATIVE_TOOLS[tool.name] })
      case 'built_in':
        this.builtIns.add(tool.builtIn)
        return
      default:
        this.dropped.add(tool.name)
    }
  }

  #addFunction(tool: FunctionTool | CustomTool, namespace: string | null): void {
    if (tool.type === 'custom') {
      const { name, description, format } = tool
      const custom = customFunction({ name, description, grammar: format })
      return this.#put(name, namespace, { kind: 'custom', ...custom })
    }
    const { name, description, parameters } = tool
    const schema = parameters ? withTextEnums(parameters) : parameters
    this.#put(name, namespace, {
      kind: 'function',
      description,
      parameters: schema,
      schema: parameters,
    })
  }

  /** If several share a name, the first one counts. */
  #put(
    clientName: string,
    namespace: string | null,
    offered: Omit<Offered, 'name' | 'clientName' | 'namespace'>,
  ): void {
    const key = keyOf(clientName, namespace)
    if (this.#names.has(key)) return
    let name = joined(clientName, namespace)
    // Another function, or a member of another namespace, already has this name.
    for (let number = 2; this.functions.has(name); number++) {
      name = `${joined(clientName, namespace)}_${number}`
    }
    this.#names.set(key, name)
    this.functions.set(name, { ...offered, name, clientName, namespace })
  }
}

const SEARCH_PARAMETERS = {
  type: 'object',
  properties: { query: { type: 'string' } },
  required: ['query'],
} as const

function joined(clientName: string, namespace: string | null | undefined): string {
  return namespace ? `${namespace}__${clientName}` : clientName
}

function keyOf(clientName: string, namespace: string | null | undefined): string {
  return JSON.stringify([namespace ?? null, clientName])
}

/** Google's own tools in the pivot's form. */
export function builtInTools({ builtIns }: Offers): GeminiTool[] {
  return Array.from(builtIns, (builtIn): GeminiTool => ({ [builtIn]: {} }))
}
