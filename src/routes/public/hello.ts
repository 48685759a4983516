import { jsonResponse } from '../../json/json-response.ts'
import type { Reply } from '../call.ts'

/** Claude Code asks this without a key when it starts, and ignores the answer's content. */
export function hello(): Reply {
  return jsonResponse({ message: 'hello' })
}
