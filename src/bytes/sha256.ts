const UTF8 = new TextEncoder()

/** Texts are hashed as UTF-8. */
export async function sha256(data: string | BufferSource): Promise<Uint8Array> {
  const bytes = typeof data === 'string' ? UTF8.encode(data) : data
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export async function sha256Hex(data: string | BufferSource): Promise<string> {
  return (await sha256(data)).toHex()
}
