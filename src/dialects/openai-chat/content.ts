/** What a message says: a string or a list of parts (client-protocols §1.2). */
import * as v from 'valibot'
import type { Part } from '../../gemini/types.ts'
import { isRecord } from '../../http/record.ts'
import { string } from './wire.ts'

const PART_TYPES = ['text', 'refusal'] as const

const partType = v.pipe(string, v.picklist(PART_TYPES, `must be one of: ${PART_TYPES.join(', ')}`))
const textPart = v.object({ type: partType, text: string }, 'an object')
const refusalPart = v.object({ type: partType, refusal: string }, 'an object')

const part = v.pipe(
  v.lazy((input) => (isRecord(input) && input['type'] === 'refusal' ? refusalPart : textPart)),
  v.transform((parsed) => ('refusal' in parsed ? parsed.refusal : parsed.text)),
)

const parts = v.array(part)
const text = v.pipe(
  v.string('a string or an array of content parts'),
  v.transform((value) => [value]),
)

/** Always a list of texts, one for each part. */
export const content = v.lazy((input) => (Array.isArray(input) ? parts : text))

export type MessageContent = v.InferOutput<typeof content>

/** The parts as Gemini takes them; empty texts, which it refuses, are left out (E53). */
export function toParts(said: MessageContent): Part[] {
  return said.flatMap((text) => (text === '' ? [] : [{ text }]))
}
