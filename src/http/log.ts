/**
 * One line of log: an object, so that its fields are indexed. Callers pass names, numbers and ids; never keys, bodies,
 * headers or anything of Google's, and paths only as the pattern they matched.
 */
export function log(event: string, fields: Readonly<Record<string, string | number | null>>): void {
  console.log({ event, ...fields })
}
