/** What a line says. Callers pass names, numbers, ids and messages of errors; never keys, bodies, headers or anything of Google's, and paths only as the pattern they matched. */
type Fields = Readonly<Record<string, string | number | null>>

/**
 * One line of log, in JSON, so that its fields can be searched. As a text: an object would be taken apart and put together
 * by the console, which costs more than all else that is said of a request.
 */
export function log(event: string, fields: Fields): void {
  console.log(line(event, fields))
}

/** A line on something that an operator should look at. */
export function logError(event: string, fields: Fields): void {
  console.error(line(event, fields))
}

function line(event: string, fields: Fields): string {
  return JSON.stringify({ event, ...fields })
}
