import type { Failure } from '../../../failure/failure.ts'
import { isRecord } from '../../../json/record.ts'
import { problemOf } from './reading.ts'

/** Fields that would change what the request means, and that Pollux cannot follow. An empty field is accepted. */
const UNSERVED: readonly (readonly [field: string, why: string])[] = [
  ['container', 'this gateway keeps no containers'],
  ['mcp_servers', 'this gateway calls no MCP servers; connect them in the client'],
  ['compaction', 'this gateway does not compact; the client can'],
  ['thread', 'this gateway keeps no threads; send the whole conversation'],
]

export function unservedIn(body: Readonly<Record<string, unknown>>): Failure | null {
  for (const [field, why] of UNSERVED) {
    if (isSet(body[field])) return problemOf(field, why, 'unsupported_parameter')
  }
  const management = body['context_management']
  const edits = isRecord(management) ? management['edits'] : null
  // Other edits only remove old content; without them, Gemini just reads it again.
  const compacts = Array.isArray(edits) && edits.some(isCompaction)
  return compacts
    ? problemOf(
        'context_management.edits',
        'this gateway does not compact; the client can',
        'unsupported_parameter',
      )
    : null
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !isRecord(value) || Object.values(value).some(isSet)
}

function isCompaction(edit: unknown): boolean {
  return isRecord(edit) && typeof edit['type'] === 'string' && edit['type'].startsWith('compact')
}
