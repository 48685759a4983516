/** Functions that a client offers, as Gemini's declarations, and what it says of the choice (docs/google.md: Tools). */
import type { FunctionDeclaration, Tool, ToolConfig } from '../types.ts'
import type { FunctionNames } from './function-names.ts'

export interface OfferedFunction {
  /** As the client knows it. */
  readonly name: string
  readonly description?: string | null | undefined
  /** A JSON Schema of the arguments, which are an object. */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined
}

/** Which functions the model may call, and whether it must; by the client's names. */
export interface FunctionChoice {
  readonly mode: 'AUTO' | 'ANY' | 'NONE'
  /** The model must call one of these; null: any. */
  readonly only: readonly string[] | null
  /** Only these are declared; null: all. Google takes no names for a model that may also answer. */
  readonly keep: readonly string[] | null
}

/** Google takes no more. */
const MAX_DECLARATIONS = 512

/** What is wrong with so many functions; null: nothing. */
export function excessOf(offered: { readonly size: number }): string | null {
  return offered.size > MAX_DECLARATIONS
    ? `must not be more than ${MAX_DECLARATIONS} functions`
    : null
}

/** The tool that declares them; null where none is left to declare. */
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

/** Undefined where there is nothing to say: that the model may call what it likes goes without. */
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

function toDeclaration(
  { name, description, parameters }: OfferedFunction,
  names: FunctionNames,
): FunctionDeclaration {
  const declaration: FunctionDeclaration = { name: names.toGemini(name) }
  if (description) declaration.description = description
  if (parameters) declaration.parametersJsonSchema = parameters
  return declaration
}
