/** A name as it is on the wire: `expiresAt` becomes `expires_at`. */
export function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
