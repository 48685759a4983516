/**
 * What a log line says: names, numbers, ids and messages of errors. Callers must never pass keys, bodies, headers or
 * text of Google's. A path is passed only as the pattern that it matched.
 */
type Fields = Readonly<Record<string, string | number | null>>

/**
 * Writes one line of JSON to the log, so that its fields can be searched. The line is passed as text: the console
 * would take an object apart and put it together again, which costs more than all other logging of a request.
 */
export function log(event: string, fields: Fields): void {
  console.log(line(event, fields))
}

/** As `log`, for what an operator should look at. */
export function logError(event: string, fields: Fields): void {
  console.error(line(event, fields))
}

function line(event: string, fields: Fields): string {
  return JSON.stringify({ event, ...fields })
}
