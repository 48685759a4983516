import type { AuditLine } from './wire.ts'

/** The number of the first line that was changed or does not follow the line before it; null if the chain is intact. */
export async function brokenAt(lines: readonly AuditLine[]): Promise<number | null> {
  let before: AuditLine | undefined
  for (const line of lines) {
    const { hash, ...rest } = line
    const isWhole = (await sha256(JSON.stringify(rest))) === hash
    const prev = 'prev' in rest ? rest.prev : null
    const follows = before === undefined || (prev === before.hash && line.seq === before.seq + 1)
    if (!isWhole || !follows) return line.seq
    before = line
  }
  return null
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
