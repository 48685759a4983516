import { brief } from '../format.ts'
import type { Credential } from '../wire.ts'

/** A credential's name for people: its label, or the beginning of its id. */
export function nameOf(id: string, credentials: readonly Credential[]): string {
  return credentials.find((one) => one.id === id)?.label ?? brief(id)
}
