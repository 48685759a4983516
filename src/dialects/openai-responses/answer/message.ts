import { toJsonLine } from '../../../json/line.ts'

/** A message item while it is being told. */
export interface Message {
  readonly id: string
  readonly at: number
  /** The beginning of a delta event, up to the value. */
  readonly delta: string
  text: string
  /** The answer ended within the text. */
  isCut: boolean
  readonly annotations: object[]
  readonly logprobs: object[]
}

/** The message's text, its one part and the whole item, each as JSON. */
export function jsonOf({ id, text: said, isCut, annotations, logprobs }: Message) {
  const status = isCut ? 'incomplete' : 'completed'
  const text = toJsonLine(said)
  const part = `{"type":"output_text","text":${text},"annotations":${toJsonLine(annotations)},"logprobs":${toJsonLine(logprobs)}}`
  const item = `{"type":"message","id":"${id}","status":"${status}","role":"assistant","content":[${part}]}`
  return { text, part, item }
}
