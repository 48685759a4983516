/** The events of one answer, numbered. */
export class Sequence {
  #number = 0

  /** `fields`: the event's own, as JSON without the braces around them; may be empty. No event's type is of anybody's words. */
  frame(type: string, fields: string): string {
    const rest = fields === '' ? '' : `,${fields}`
    return `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++}${rest}}\n\n`
  }
}
