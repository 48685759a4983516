/** OpenAI's custom tools: of one text, which Gemini has as functions of one argument (docs/clients.md: Fields, Whole answers). */
import type { OfferedFunction } from '../../gemini/ask/functions.ts'
import { isRecord } from '../../json/record.ts'

export interface CustomTool {
  readonly name: string
  readonly description?: string | null | undefined
  /** Of what the text is to be: a grammar's definition, and the syntax it is written in. */
  readonly grammar?: Grammar | null | undefined
}

interface Grammar {
  readonly definition?: string | null | undefined
  readonly syntax?: string | null | undefined
}

/** Gemini cannot be held to a grammar, so it is told of it. */
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

/** The text that a call of the model's gives the tool; what it gives besides, or instead, as `json`. */
export function customInput(args: unknown, json: string): string {
  const input = isRecord(args) ? args['input'] : undefined
  return typeof input === 'string' ? input : json
}
