/** A file of a form whose bytes were passed on to Google as they arrived, so they are no longer at hand. */
export class SentFile {
  readonly name: string
  readonly size: number

  constructor(name: string, size: number) {
    this.name = name
    this.size = size
  }
}
