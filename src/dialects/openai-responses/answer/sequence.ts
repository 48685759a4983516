/** The events of one answer, numbered. */
export class Sequence {
  #number = 0

  /** The number of the event that comes next. */
  get next(): number {
    return this.#number
  }

  frame(type: string, fields: string): string {
    return frameOf(type, this.#number++, fields)
  }
}

/**
 * `fields` are the event's own fields, as JSON without the braces; may be empty. `type` must be a constant: a model's
 * words in it could forge another event.
 */
export function frameOf(type: string, number: number, fields: string): string {
  const rest = fields === '' ? '' : `,${fields}`
  return `event: ${type}\ndata: {"type":"${type}","sequence_number":${number}${rest}}\n\n`
}
