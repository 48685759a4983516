/** The events of one answer, numbered. */
export class Sequence {
  #number = 0

  /**
   * `fields` are the event's own fields, as JSON without the braces; may be empty. `type` must be a constant: a
   * model's words in it could forge another event.
   */
  frame(type: string, fields: string): string {
    const rest = fields === '' ? '' : `,${fields}`
    return `event: ${type}\ndata: {"type":"${type}","sequence_number":${this.#number++}${rest}}\n\n`
  }
}
