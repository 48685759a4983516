/** Compares functionCallingConfig with the declared functions (docs/google.md: Tools). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Subject } from './subject.ts'

const NAMING_MODES: ReadonlySet<string> = new Set(['ANY', 'VALIDATED'])

export function checkToolConfig({ request }: Subject): Failure | undefined {
  const config = request.toolConfig?.functionCallingConfig
  if (!config) return undefined
  const { mode = 'AUTO', allowedFunctionNames = [] } = config
  const isNaming = NAMING_MODES.has(mode)
  if (allowedFunctionNames.length > 0 && !isNaming) {
    return invalidArgument(
      'Please set allowed_function_names only when function calling mode is ANY or VALIDATED.',
    )
  }
  const declared = new Set(
    (request.tools ?? []).flatMap((tool) =>
      (tool.functionDeclarations ?? []).map(({ name = '' }) => name),
    ),
  )
  if (isNaming && declared.size === 0) {
    return invalidArgument('Function calling config is set without function_declarations.')
  }
  const unknown = allowedFunctionNames.find((name) => !declared.has(name))
  if (unknown === undefined) return undefined
  return invalidArgument(
    `allowed_function_names contains ${unknown}, which is not in function_declarations.`,
  )
}
