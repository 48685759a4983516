import { readdirSync, readFileSync } from 'node:fs'

/** One of Google's answers as a file: the status line, the headers that matter, an empty line, and the exact body. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

const HERE = import.meta.dirname

/** The names of a folder's cases. */
export function casesIn(folder: string): string[] {
  return readdirSync(`${HERE}/${folder}`).map((file) => file.replace(/\.txt$/, ''))
}

export function readCase(folder: string, name: string): Answer {
  const file = readFileSync(`${HERE}/${folder}/${name}.txt`, 'utf8')
  const end = file.indexOf('\n\n')
  const [statusLine = '', ...headerLines] = file.slice(0, end).split('\n')
  const [, status] = /^HTTP\/1\.1 (\d{3})\b/.exec(statusLine) ?? []
  if (status === undefined || end === -1) throw new Error(`${folder}/${name} is no HTTP answer`)
  const headers = new Headers(headerLines.map((line) => line.split(/: (.*)/).slice(0, 2)))
  return { status: Number(status), headers, body: file.slice(end + 2) }
}
