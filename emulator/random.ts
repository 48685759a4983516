/** Random bytes as text. Uses only `btoa`, since the client runs in workerd too. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

export function randomId(length = 12): string {
  return base64(randomBytes(length)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
