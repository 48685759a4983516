/**
 * What OpenAI's dialect can ask for and this version of Pollux cannot do yet. Ignoring such a field
 * would give an answer to another question, so it is refused by name. A later version deletes its
 * rows.
 */
import type { Failure } from '../../http/errors.ts'
import { isRecord } from '../../http/record.ts'

interface Row {
  /** Dotted path below the object the table is for. */
  readonly path: string
  readonly reason: 'unsupported_parameter' | 'unsupported_value'
  /**
   * Whether the value really asks for the feature: clients also send nulls, empty lists and
   * defaults.
   */
  readonly asked: (value: unknown) => boolean
}

const REQUEST: readonly Row[] = [
  // Of Responses bodies (E31): there is no conversation kept here to go on with.
  { path: 'previous_response_id', reason: 'unsupported_parameter', asked: isFilled },
  { path: 'conversation', reason: 'unsupported_parameter', asked: isFilled },
]

const MESSAGE: readonly Row[] = [
  { path: 'audio', reason: 'unsupported_parameter', asked: isFilled },
]

/**
 * The first unsupported feature the body asks for. Looks at nothing else: types are the schema's
 * matter.
 */
export function findUnsupported(body: Record<string, unknown>): Failure | undefined {
  const failure = findIn(REQUEST, body, '')
  if (failure !== undefined || !Array.isArray(body['messages'])) return failure
  for (const [index, message] of body['messages'].entries()) {
    const inMessage = isRecord(message)
      ? findIn(MESSAGE, message, `messages[${index}].`)
      : undefined
    if (inMessage !== undefined) return inMessage
  }
  return undefined
}

function findIn(
  rows: readonly Row[],
  record: Record<string, unknown>,
  prefix: string,
): Failure | undefined {
  const row = rows.find(({ path, asked }) => asked(valueAt(record, path)))
  if (row === undefined) return undefined
  const param = prefix + row.path
  const what = row.reason === 'unsupported_value' ? `This value of '${param}'` : `'${param}'`
  const message = `${what} is not supported by this version of Pollux yet.`
  return { reason: row.reason, message, param }
}

function valueAt(record: Record<string, unknown>, path: string): unknown {
  let value: unknown = record
  for (const key of path.split('.')) value = isRecord(value) ? value[key] : undefined
  return value
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isRecord(value) ? Object.keys(value).length > 0 : isPresent(value) && value !== ''
}
