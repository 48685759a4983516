/**
 * The tools of a request as functions of Gemini's, each under one name, and what kind of call the client expects for
 * each.
 */
import { excessOf, type FunctionChoice, type OfferedFunction } from '../../gemini/ask/functions.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Tool as GeminiTool } from '../../gemini/types.ts'
import { customFunction } from '../openai/custom-tools.ts'
import { NATIVE_TOOLS, type NativeName } from './native-tools.ts'
import { withTextEnums } from './numeric-enums.ts'
import type { CustomTool, FunctionTool, Tool, ToolChoice } from './tool-schema.ts'

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

export type Choice =
  | { readonly ok: true; readonly choice: FunctionChoice }
  | { readonly ok: false; readonly failure: Failure }

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const
const FREE: Choice = of('auto')

/** What the client says about choosing functions. What it says about Google's own tools is left to the model. */
export function toChoice(choice: ToolChoice | null | undefined, offers: Offers): Choice {
  const excess = excessOf(offers.functions)
  if (excess !== null) return refuse('tools', excess)
  if (choice === null || choice === undefined) return FREE
  if (typeof choice === 'string') return offers.functions.size === 0 ? FREE : of(choice)
  if (choice.type === 'allowed_tools') return allowed(choice, offers)
  if (offers.dropped.has(choice.type)) {
    return refuse('tool_choice', `names ${choice.type.slice(0, 64)}, which Gemini has no tool for`)
  }
  const name = nameIn(choice, offers)
  if (name === null) return FREE
  return offers.functions.has(name)
    ? { ok: true, choice: { mode: 'ANY', only: [name], keep: null } }
    : refuse('tool_choice', 'names a function that is not among the tools')
}

function allowed({ mode, tools }: Exclude<ToolChoice, string>, offers: Offers): Choice {
  const named = (tools ?? []).flatMap(
    (tool) => nameIn({ ...tool, type: tool.type ?? '' }, offers) ?? [],
  )
  if (named.some((name) => !offers.functions.has(name))) {
    return refuse('tool_choice', 'names a function that is not among the tools')
  }
  if (named.length === 0 || mode === 'none') return of('none')
  return mode === 'required'
    ? { ok: true, choice: { mode: 'ANY', only: named, keep: null } }
    : { ok: true, choice: { mode: 'AUTO', only: null, keep: named } }
}

/** Null if the choice names no function. */
function nameIn(
  choice: {
    readonly type: string
    readonly name?: string | null | undefined
    readonly namespace?: string | null | undefined
    readonly function?: { readonly name: string } | null | undefined
  },
  offers: Offers,
): string | null {
  const name = choice.function?.name ?? choice.name
  if (name) return offers.nameOf(name, choice.namespace)
  return offers.functions.has(choice.type) ? choice.type : null
}

function of(mode: keyof typeof MODES): Choice {
  return { ok: true, choice: { mode: MODES[mode], only: null, keep: null } }
}

function refuse(param: string, problem: string): Choice {
  const message = `Invalid value for '${param}': ${problem}.`
  return { ok: false, failure: { reason: 'invalid_value', message, param } }
}
