import type { Tool } from './types.ts'

/** Whether Google runs the tool itself. Tools that the client runs are declared as functions. */
export function isGooglesOwn({ functionDeclarations }: Tool): boolean {
  return functionDeclarations === undefined
}
