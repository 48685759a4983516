/** The client's tools as Gemini's (docs/google.md: Tools; docs/clients.md: Fields, Whole answers). */
import type { Failure } from '../../failure/failure.ts'
import type { FunctionNames } from '../../gemini/ask/function-names.ts'
import {
  declare,
  excessOf,
  type OfferedFunction,
  toToolConfig,
} from '../../gemini/ask/functions.ts'
import type { Tool, ToolConfig } from '../../gemini/types.ts'
import { customFunction, type CustomTool } from '../openai/custom-tools.ts'
import type { ChatRequest } from './body/schema.ts'
import { toFunctionChoice } from './tool-choice.ts'
import type { BuiltIn, DeclaredCustomTool, DeclaredTool } from './body/tool-schema.ts'

export type TranslatedTools =
  | {
      readonly ok: true
      readonly tools: Tool[]
      readonly toolConfig: ToolConfig | undefined
      readonly customTools: ReadonlySet<string>
      /** The client declared `functions`, the form older than tools. */
      readonly legacyFunctions: boolean
    }
  | { readonly ok: false; readonly failure: Failure }

/**
 * The functions that a request offers, in either form. If several share a name, the first one counts
 * (docs/clients.md: Fields).
 */
export function offeredFunctions(chat: ChatRequest): ReadonlyMap<string, ChatFunction> {
  if (!chat.tools?.length && !chat.functions?.length) return NONE
  const offered = new Map<string, ChatFunction>()
  for (const each of [...(chat.tools ?? []).flatMap(toOffer), ...(chat.functions ?? [])]) {
    if (!offered.has(each.name)) offered.set(each.name, each)
  }
  return offered
}

const NONE: ReadonlyMap<string, ChatFunction> = new Map()

type ChatFunction = OfferedFunction & { readonly isCustom?: true }

export function toTools(
  chat: ChatRequest,
  offered: ReadonlyMap<string, ChatFunction>,
  names: FunctionNames,
): TranslatedTools {
  if (offered.size === 0 && !chat.tools?.length && !chat.web_search_options) return NO_TOOLS
  const legacyFunctions = (chat.tools ?? []).length === 0 && (chat.functions ?? []).length > 0
  const chosen = legacyFunctions ? chat.function_call : chat.tool_choice
  const builtIns = builtInsOf(chat)
  const choice = toFunctionChoice(chosen, offered, builtIns)
  if (!choice.ok) {
    const param = legacyFunctions ? 'function_call' : 'tool_choice'
    const message = `Invalid value for '${param}': ${choice.why}.`
    return { ok: false, failure: { reason: 'invalid_value', message, param } }
  }
  const excess = excessOf(offered)
  if (excess !== null) {
    const message = `Invalid value for 'tools': ${excess}.`
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'tools' } }
  }
  const declared = declare(offered.values(), choice, names)
  const functions = declared === null ? [] : [declared]
  const googles = builtIns.map((builtIn): Tool => ({ [builtIn]: {} }))
  // If the two kinds cannot be combined, the first one is kept (gemini/fit/tools.ts).
  const tools =
    chat.tool_priority === 'built_in' ? [...googles, ...functions] : [...functions, ...googles]
  return {
    ok: true,
    tools,
    toolConfig: declared === null ? undefined : toToolConfig(choice, names),
    customTools: customNames(offered),
    legacyFunctions,
  }
}

const NO_TOOLS: TranslatedTools = {
  ok: true,
  tools: [],
  toolConfig: undefined,
  customTools: new Set(),
  legacyFunctions: false,
}

function customNames(offered: ReadonlyMap<string, ChatFunction>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, isCustom } of offered.values()) if (isCustom) names.add(name)
  return names
}

function toOffer(tool: DeclaredTool): ChatFunction[] {
  switch (tool.type) {
    case 'function':
      return [tool.function]
    case 'custom':
      return [{ ...customFunction(toCustomTool(tool.custom)), isCustom: true }]
    default:
      return []
  }
}

/** OpenAI's reference nests the grammar; its guide does not. */
function toCustomTool({ name, description, format }: DeclaredCustomTool): CustomTool {
  const definition = format?.grammar?.definition ?? format?.definition
  const syntax = format?.grammar?.syntax ?? format?.syntax
  return { name, description, grammar: { definition, syntax } }
}

/** Each tool once. A client that chooses none of its tools still has what it asks for beside them. */
function builtInsOf(chat: ChatRequest): readonly BuiltIn[] {
  const { tools, tool_choice: choice, web_search_options: search } = chat
  const named: BuiltIn[] = []
  const isNone = choice === 'none' || (typeof choice === 'object' && choice?.type === 'none')
  for (const tool of isNone ? [] : (tools ?? [])) {
    if (tool.type === 'built_in' && tool.builtIn !== undefined) named.push(tool.builtIn)
  }
  if (search) named.push('googleSearch')
  return named.length < 2 ? named : [...new Set(named)]
}
