/** The table of messages with its types parsed: finds a field by either spelling, and says which upstream knows it. */
import type { Upstream } from '../protocol.ts'
import { MESSAGES } from './messages.ts'

export interface Field {
  /** in camelCase, as in parsed requests */
  name: string
  /** in snake_case, as in the paths of errors */
  protoName: string
  type: string
  shape: 'single' | 'repeated' | 'map'
  knownBy(upstream: Upstream, version: string): boolean
}

const KNOWN_BY: Record<string, (upstream: Upstream, version: string) => boolean> = {
  all: () => true,
  gemini: (upstream) => upstream === 'gemini-api',
  vertex: (upstream) => upstream !== 'gemini-api',
  'vertex-only': (upstream) => upstream === 'vertex',
  'code-assist': (upstream) => upstream === 'code-assist',
  public: (upstream) => upstream !== 'code-assist',
  // Google's guide on long answers says "never with v1", but for the Gemini API @google/genai 3.1.0 sends it to v1 by
  // default.
  beta: (upstream, version) =>
    upstream === 'gemini-api' || (upstream === 'vertex' && version !== 'v1'),
}

const FIELD_TYPE = /^(?:map<(?<value>\w+)>|(?<type>\w+)(?<list>\[\])?)(?: @(?<known>[\w-]+))?$/

const FIELDS: ReadonlyMap<string, ReadonlyMap<string, Field>> = new Map(
  Object.entries(MESSAGES).map(([message, fields]) => [message, readFields(fields)]),
)

export function isMessage(type: string): boolean {
  return FIELDS.has(type)
}

export function findField(message: string, name: string): Field | undefined {
  return FIELDS.get(message)?.get(name)
}

function readFields(fields: Record<string, string>): Map<string, Field> {
  const bySpelling = new Map<string, Field>()
  for (const [name, text] of Object.entries(fields)) {
    const field = readField(name, text)
    bySpelling.set(field.name, field)
    bySpelling.set(field.protoName, field)
  }
  return bySpelling
}

function readField(name: string, text: string): Field {
  const { value, type, list, known } = FIELD_TYPE.exec(text)?.groups ?? {}
  const valueType = value ?? type
  const knownBy = KNOWN_BY[known ?? 'all']
  if (!valueType || !knownBy) throw new Error(`bad field type: ${name}: ${text}`)
  return {
    name,
    protoName: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    type: valueType,
    shape: value ? 'map' : list ? 'repeated' : 'single',
    knownBy,
  }
}
