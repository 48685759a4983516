/** A file of a form that has gone by: its bytes are on their way to Google. */
export class SentFile {
  readonly name: string
  readonly size: number

  constructor(name: string, size: number) {
    this.name = name
    this.size = size
  }
}
