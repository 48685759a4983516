/** Thoughts in the forms that clients read (docs/clients.md: Reasoning). */

/** Put around thoughts in the text itself, for clients that know no other form. */
export const THINK_START = '<think>'
export const THINK_END = '</think>\n\n'

/** OpenRouter's name for Gemini's format. */
const FORMAT = 'google-gemini-v1'

export type ReasoningDetail =
  | {
      readonly type: 'reasoning.text'
      readonly text: string
      readonly format: typeof FORMAT
      readonly index: number
    }
  | {
      readonly type: 'reasoning.encrypted'
      readonly data: string
      /** The tool call to which the signature belongs. */
      readonly id?: string
      readonly format: typeof FORMAT
      readonly index: number
    }

export function textDetail(text: string): ReasoningDetail {
  return { type: 'reasoning.text', text, format: FORMAT, index: 0 }
}

/**
 * A thought signature. `number` counts the signatures of one answer from 0. The index is one higher, since the detail
 * with the text comes first.
 */
export function encryptedDetail(
  data: string,
  id: string | undefined,
  number: number,
): ReasoningDetail {
  const named = id === undefined ? {} : { id }
  return { type: 'reasoning.encrypted', data, ...named, format: FORMAT, index: number + 1 }
}
