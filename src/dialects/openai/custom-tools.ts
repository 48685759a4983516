/**
 * OpenAI's custom tools take one text. Gemini is told functions with one argument instead (docs/clients.md: Fields,
 * Whole answers).
 */
import type { OfferedFunction } from '../../gemini/ask/functions.ts'
import { isRecord } from '../../json/record.ts'

export interface CustomTool {
  readonly name: string
  readonly description?: string | null | undefined
  /** What the text must look like: the definition of a grammar, and the syntax in which it is written. */
  readonly grammar?: Grammar | null | undefined
}

interface Grammar {
  readonly definition?: string | null | undefined
  readonly syntax?: string | null | undefined
}

/** Gemini's output cannot be constrained to a grammar, so the description states it. */
export function customFunction({ name, description, grammar }: CustomTool): OfferedFunction {
  const rule = grammar?.definition
    ? `The input must conform to this grammar (${grammar.syntax ?? 'lark'}):\n${grammar.definition}`
    : ''
  return {
    name,
    description: [description ?? '', rule].filter((text) => text !== '').join('\n\n'),
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The input of the tool, as text.' } },
      required: ['input'],
    },
  }
}

/** The arguments of an earlier call. */
export function customArguments(input: string): Record<string, unknown> {
  return { input }
}

/** The text that a call gives to the tool. If the arguments do not have the expected form, their JSON is the text. */
export function customInput(args: unknown, json: string): string {
  const input = isRecord(args) ? args['input'] : undefined
  return typeof input === 'string' ? input : json
}
