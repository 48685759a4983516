import type { Tool } from './types.ts'

/** Whether Google runs it itself: what the client runs is declared as functions. */
export function isGooglesOwn({ functionDeclarations }: Tool): boolean {
  return functionDeclarations === undefined
}
