import type { Reply } from '../call.ts'

/** Claude Code asks when it starts whether somebody is there, without a key, and looks at no answer. */
export function hello(): Reply {
  return Response.json({ message: 'hello' })
}
