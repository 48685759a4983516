import { brief } from '../format.ts'
import type { Credential } from '../wire.ts'

/** A credential as people know it. */
export function nameOf(id: string, credentials: readonly Credential[]): string {
  return credentials.find((one) => one.id === id)?.label ?? brief(id)
}
