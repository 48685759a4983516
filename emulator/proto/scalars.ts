/** Scalars of proto JSON. A problem is worded as by Google's parser: `(TYPE_…), value`. */
import { ENUMS } from './enums.ts'

const INT32 = 2 ** 31
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/
const DURATION = /^-?\d+(?:\.\d{1,9})?s$/
const NUMBER_TEXT = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

export type Scalar = { ok: true; value: unknown } | { ok: false; problem: string }

interface ScalarKind {
  typeName: string
  read(value: unknown): unknown
}

const SCALARS: Record<string, ScalarKind> = {
  string: {
    typeName: 'TYPE_STRING',
    read: (value) => (typeof value === 'string' ? value : undefined),
  },
  bool: {
    typeName: 'TYPE_BOOL',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  },
  int32: {
    typeName: 'TYPE_INT32',
    read: (value) => integer(value, (number) => number >= -INT32 && number < INT32),
  },
  int64: { typeName: 'TYPE_INT64', read: (value) => integer(value, () => true) },
  float: { typeName: 'TYPE_FLOAT', read: number },
  double: { typeName: 'TYPE_DOUBLE', read: number },
}

export function isScalar(type: string): boolean {
  return type in SCALARS || type in ENUMS || type === 'bytes' || type === 'Duration'
}

/** `typePrefix` is where the upstream's enums live, e.g. `type.googleapis.com/google.ai.…v1beta`. */
export function readScalar(
  type: string,
  value: unknown,
  options: { typePrefix: string; vertex: boolean },
): Scalar {
  if (type === 'bytes') return readBytes(value)
  if (type === 'Duration') return readDuration(value)
  if (type in ENUMS) return readEnum(type, value, options)
  const kind = SCALARS[type]
  if (!kind) throw new Error(`not a scalar: ${type}`)
  const read = kind.read(value)
  return read === undefined
    ? { ok: false, problem: `(${kind.typeName}), ${JSON.stringify(value)}` }
    : { ok: true, value: read }
}

function readBytes(value: unknown): Scalar {
  if (typeof value !== 'string') {
    return { ok: false, problem: `(TYPE_BYTES), ${JSON.stringify(value)}` }
  }
  const length = value.replace(/=+$/, '').length
  if (BASE64.test(value) && length % 4 !== 1) return { ok: true, value }
  return { ok: false, problem: `(TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(value)}` }
}

function readDuration(value: unknown): Scalar {
  if (typeof value === 'string' && DURATION.test(value)) return { ok: true, value }
  const problem =
    "(type.googleapis.com/google.protobuf.Duration), Illegal duration format; duration must end with 's'"
  return { ok: false, problem }
}

/** Lower case is accepted too (docs/google.md: Requests, Schemas), and so are numbers in range. */
function readEnum(
  type: string,
  value: unknown,
  { typePrefix, vertex }: { typePrefix: string; vertex: boolean },
): Scalar {
  const { values = [], vertexOnly = [], numbers } = ENUMS[type] ?? {}
  const known = vertex ? [...values, ...vertexOnly] : values
  const own = numbers?.[vertex ? 'vertex' : 'geminiApi']
  const byNumber =
    typeof value === 'number'
      ? known.find((name, at) => (own === undefined ? at : own[name]) === value)
      : undefined
  const byName =
    typeof value === 'string'
      ? known.find((name) => name.toUpperCase() === value.toUpperCase())
      : undefined
  const found = byName ?? byNumber
  if (found !== undefined) return { ok: true, value: found }
  return { ok: false, problem: `(${typePrefix}.${type}), ${JSON.stringify(value)}` }
}

function number(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && NUMBER_TEXT.test(value) ? Number(value) : undefined
}

function integer(value: unknown, inRange: (value: number) => boolean): number | undefined {
  const read = number(value)
  return read !== undefined && Number.isInteger(read) && inRange(read) ? read : undefined
}
