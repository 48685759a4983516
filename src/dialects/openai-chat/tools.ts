/** The client's tools as Gemini's (client-protocols §1.1, §1.6; google-upstreams §4.4). */
import type { FunctionDeclaration, Tool, ToolConfig } from '../../gemini/types.ts'
import type { Failure } from '../../failure/failure.ts'
import type { FunctionNames } from '../../gemini/ask/function-names.ts'
import type { ChatRequest } from './body/schema.ts'
import { toFunctionChoice } from './tool-choice.ts'
import type { BuiltIn, CustomTool, DeclaredFunction, DeclaredTool } from './body/tool-schema.ts'

/** Google takes no more (google-upstreams §4.4). */
const MAX_DECLARATIONS = 512

export type TranslatedTools =
  | {
      readonly ok: true
      readonly tools: Tool[]
      readonly toolConfig: ToolConfig | undefined
      readonly customTools: ReadonlySet<string>
      /** The client offers `functions`, the form from before tools. */
      readonly legacyFunctions: boolean
    }
  | { readonly ok: false; readonly failure: Failure }

/** The functions that a request offers, whichever way; of one name the first counts (E73). */
export function offeredFunctions(chat: ChatRequest): ReadonlyMap<string, OfferedFunction> {
  if (!chat.tools?.length && !chat.functions?.length) return NONE
  const offered = new Map<string, OfferedFunction>()
  for (const each of [...(chat.tools ?? []).flatMap(toOffer), ...(chat.functions ?? [])]) {
    if (!offered.has(each.name)) offered.set(each.name, each)
  }
  return offered
}

const NONE: ReadonlyMap<string, OfferedFunction> = new Map()

type OfferedFunction = DeclaredFunction & { readonly isCustom?: true }

export function toTools(
  chat: ChatRequest,
  offered: ReadonlyMap<string, OfferedFunction>,
  names: FunctionNames,
): TranslatedTools {
  if (offered.size === 0 && !chat.tools?.length && !chat.web_search_options) return NO_TOOLS
  const legacyFunctions = (chat.tools ?? []).length === 0 && (chat.functions ?? []).length > 0
  const choice = toFunctionChoice(legacyFunctions ? chat.function_call : chat.tool_choice, offered)
  if (!choice.ok) {
    const param = legacyFunctions ? 'function_call' : 'tool_choice'
    const message = `Invalid value for '${param}': ${choice.why}.`
    return { ok: false, failure: { reason: 'invalid_value', message, param } }
  }
  if (offered.size > MAX_DECLARATIONS) {
    const message = `Invalid value for 'tools': must not be more than ${MAX_DECLARATIONS} functions.`
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'tools' } }
  }
  const { mode, only, keep } = choice
  const functionDeclarations = [...offered.values()]
    .filter(({ name }) => keep === null || keep.includes(name))
    .map((each) => toDeclaration(each, names))
  const functions: Tool[] = functionDeclarations.length === 0 ? [] : [{ functionDeclarations }]
  const builtIns = builtInsOf(chat).map((builtIn): Tool => ({ [builtIn]: {} }))
  // What comes first is kept where the two cannot meet (gemini/fit/tools.ts).
  const tools =
    chat.tool_priority === 'built_in' ? [...builtIns, ...functions] : [...functions, ...builtIns]
  const isChosen = functionDeclarations.length > 0 && mode !== 'AUTO'
  return {
    ok: true,
    tools,
    toolConfig: isChosen
      ? {
          functionCallingConfig: {
            mode,
            ...(only !== null && {
              allowedFunctionNames: only.map((name) => names.toGemini(name)),
            }),
          },
        }
      : undefined,
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

function customNames(offered: ReadonlyMap<string, OfferedFunction>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, isCustom } of offered.values()) if (isCustom) names.add(name)
  return names
}

function toOffer(tool: DeclaredTool): OfferedFunction[] {
  switch (tool.type) {
    case 'function':
      return [tool.function]
    case 'custom':
      return [customFunction(tool.custom)]
    default:
      return []
  }
}

/** A function of one text. Gemini cannot be held to a grammar, so it is told of it. */
function customFunction({ name, description, format }: CustomTool): OfferedFunction {
  const definition = format?.grammar?.definition ?? format?.definition
  const syntax = format?.grammar?.syntax ?? format?.syntax
  const rule = definition
    ? `The input must conform to this grammar (${syntax ?? 'lark'}):\n${definition}`
    : ''
  return {
    name,
    description: [description ?? '', rule].filter((text) => text !== '').join('\n\n'),
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The input of the tool, as text.' } },
      required: ['input'],
    },
    isCustom: true,
  }
}

function toDeclaration(
  { name, description, parameters }: DeclaredFunction,
  names: FunctionNames,
): FunctionDeclaration {
  const declaration: FunctionDeclaration = { name: names.toGemini(name) }
  if (description) declaration.description = description
  if (parameters) declaration.parametersJsonSchema = parameters
  return declaration
}

/** Each once. */
function builtInsOf({ tools, web_search_options: search }: ChatRequest): readonly BuiltIn[] {
  const named: BuiltIn[] = []
  for (const tool of tools ?? []) {
    if (tool.type === 'built_in' && tool.builtIn !== undefined) named.push(tool.builtIn)
  }
  if (search) named.push('googleSearch')
  return named.length < 2 ? named : [...new Set(named)]
}
