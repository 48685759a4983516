import { endOfString } from './value-spans.ts'

/**
 * Whether an object in the JSON text has a key twice. JSON.parse keeps the last value; other readers keep the first, or join
 * the two. The text must be valid JSON.
 */
export function repeatsKeys(text: string): boolean {
  /** The keys of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = []
  let isKey = false
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
        open.push(new Set())
        isKey = true
        break
      case '[':
        open.push(null)
        isKey = false
        break
      case '}':
      case ']':
        open.pop()
        isKey = false
        break
      case ',':
        isKey = open.at(-1) !== null
        break
      case '"': {
        const end = endOfString(text, at)
        const keys = isKey ? open.at(-1) : null
        if (keys instanceof Set) {
          const key = keyIn(text.slice(at, end))
          if (keys.has(key)) return true
          keys.add(key)
        }
        isKey = false
        at = end - 1
      }
    }
  }
  return false
}

/** A key may be written with escapes. */
function keyIn(json: string): string {
  return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1)
}
