import type { Parsed } from '../failure/check.ts'

/** How files are asked for and told where that is not in Google's own words. */
export interface FileDialect<Query, Told extends object> {
  readForm(form: FormData): Parsed<{ readonly file: File; readonly purpose: string }>
  readQuery(params: URLSearchParams): Parsed<Query>
  /** A file as Google describes it. `purpose`: what its client said that it was for. */
  toFile(file: Readonly<Record<string, unknown>>, purpose: string): Told
  /** One page of all of them. */
  toList(files: readonly Told[], query: Query): object
}
