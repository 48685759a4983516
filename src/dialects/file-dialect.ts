import type { Parsed } from '../failure/check.ts'

/** How a route for files is asked and answered if not in Google's own format. */
export interface FileDialect<Query, Told extends object> {
  /** The fields of a form by their names; files in it are `SentFile`s. */
  readForm(fields: Readonly<Record<string, unknown>>): Parsed<{ readonly purpose: string }>
  readQuery(params: URLSearchParams): Parsed<Query>
  /** Converts Google's description of a file. `purpose`: what its client said it was for. */
  toFile(file: Readonly<Record<string, unknown>>, purpose: string): Told
  /** One page of the given files. */
  toList(files: readonly Told[], query: Query): object
}
