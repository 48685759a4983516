import { isRecord } from '../json/record.ts'

/** Tools without limits of their own, in either spelling. */
const UNLIMITED: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'function_declarations',
  'codeExecution',
  'code_execution',
])

/** Whether Google runs something for a request that it limits by itself, such as a search. Pure. */
export function usesGooglesTools(tools: unknown): boolean {
  const listed: readonly unknown[] = Array.isArray(tools) ? tools : [tools]
  return listed.some(
    (tool) => isRecord(tool) && Object.keys(tool).some((name) => !UNLIMITED.has(name)),
  )
}
