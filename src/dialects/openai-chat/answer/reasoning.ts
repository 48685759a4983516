/** Thoughts in the forms that clients read (docs/clients.md: Reasoning). */

/** Around thoughts in the text itself, for clients that know no other form. */
export const THINK_START = '<think>'
export const THINK_END = '</think>\n\n'

/** OpenRouter's name for what Gemini sends. */
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
      /** The tool call that the signature came with. */
      readonly id?: string
      readonly format: typeof FORMAT
      readonly index: number
    }

export function textDetail(text: string): ReasoningDetail {
  return { type: 'reasoning.text', text, format: FORMAT, index: 0 }
}

/** A thought signature; `number` counts those of one answer from 0. The text is the detail before them. */
export function encryptedDetail(
  data: string,
  id: string | undefined,
  number: number,
): ReasoningDetail {
  const named = id === undefined ? {} : { id }
  return { type: 'reasoning.encrypted', data, ...named, format: FORMAT, index: number + 1 }
}
