/**
 * One line of log, in JSON, so that its fields can be searched. As a text: an object would be taken apart and put together
 * by the console, which costs more than all else that is said of a request. Callers pass names, numbers and ids; never keys, bodies,
 * headers or anything of Google's, and paths only as the pattern they matched.
 */
export function log(event: string, fields: Readonly<Record<string, string | number | null>>): void {
  console.log(JSON.stringify({ event, ...fields }))
}
