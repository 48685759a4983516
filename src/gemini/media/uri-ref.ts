/** An address that a request names, and the field that names it. */
export interface UriRef {
  readonly uri: string
  /** Path such as `contents[0].parts[1].fileData.fileUri`. */
  readonly param: string
}
