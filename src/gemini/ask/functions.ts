/**
 * Turns the functions that a client offers, and its choice among them, into Gemini's declarations (docs/google.md:
 * Tools).
 */
import { frozen, onceForFrozen } from '../../json/frozen.ts'
import type { FunctionDeclaration, Tool, ToolConfig } from '../types.ts'
import type { FunctionNames } from './function-names.ts'

export interface OfferedFunction {
  /** As the client knows it. */
  readonly name: string
  readonly description?: string | null | undefined
  /** A JSON Schema of the arguments, which form an object. */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined
}

/** Which functions the model may call, and whether it must. Names are the client's. */
export interface FunctionChoice {
  readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED'
  /** The model must call one of these; null for any. */
  readonly only: readonly string[] | null
  /**
   * Only these are declared; null for all. Used where the model may also answer in text: Google accepts no list of
   * allowed names then.
   */
  readonly keep: readonly string[] | null
}

/**
 * The choice of one of Google's own tools. Those cannot be forced, and beside functions they would be left out
 * (gemini/fit/tools.ts). So no function is declared.
 */
export const GOOGLES_ALONE: FunctionChoice = { mode: 'AUTO', only: null, keep: [] }

/** Google's limit. */
const MAX_DECLARATIONS = 512

/** What is wrong with the number of functions; null if nothing is. */
export function excessOf(offered: { readonly size: number }): string | null {
  return offered.size > MAX_DECLARATIONS
    ? `must not be more than ${MAX_DECLARATIONS} functions`
    : null
}

/** The tool that declares the functions; null if none is left to declare. */
export function declare(
  offered: Iterable<OfferedFunction>,
  { keep }: FunctionChoice,
  names: FunctionNames,
): Tool | null {
  const functionDeclarations: FunctionDeclaration[] = []
  for (const each of offered) {
    if (keep !== null && !keep.includes(each.name)) continue
    functionDeclarations.push(toDeclaration(each, names))
  }
  return functionDeclarations.length === 0 ? null : { functionDeclarations }
}

/** Undefined if the model may call whatever it likes, which is Google's default. */
export function toToolConfig(
  { mode, only }: FunctionChoice,
  names: FunctionNames,
): ToolConfig | undefined {
  if (mode === 'AUTO') return undefined
  const allowed = only?.map((name) => names.toGemini(name))
  return {
    functionCallingConfig: { mode, ...(allowed && { allowedFunctionNames: allowed }) },
  }
}

function toDeclaration(offered: OfferedFunction, names: FunctionNames): FunctionDeclaration {
  const { name } = offered
  const told = names.toGemini(name)
  return told === name && Object.isFrozen(offered)
    ? frozenDeclaration(offered)
    : declarationOf(told, offered)
}

/** The declaration of a recurring function that keeps its own name. Made only once. */
const frozenDeclaration = onceForFrozen((offered) => {
  const { name } = offered as OfferedFunction
  return frozen(declarationOf(name, offered as OfferedFunction))
})

function declarationOf(
  name: string,
  { description, parameters }: OfferedFunction,
): FunctionDeclaration {
  const declaration: FunctionDeclaration = { name }
  if (description) declaration.description = description
  if (parameters) declaration.parametersJsonSchema = parameters
  return declaration
}
