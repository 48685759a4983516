/**
 * Reads a JSON body as a proto message in the way of Google's transcoder: it collects every unknown name and wrong
 * type and reports all of them at once (docs/google.md: Unknown fields). The result is in camelCase.
 */
import { badRequest, failure, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { JsonObject } from '../json.ts'
import type { Upstream } from '../protocol.ts'
import { findField, isMessage } from './fields.ts'
import type { Field } from './fields.ts'
import { ONEOFS } from './oneofs.ts'
import { isScalar, readScalar } from './scalars.ts'

const NOT_REPEATING = 'Proto field is not repeating, cannot start list.'

const TYPE_PREFIXES: Record<Upstream, (version: string) => string> = {
  oauth: () => '',
  'gemini-api': (version) => `type.googleapis.com/google.ai.generativelanguage.${version}`,
  vertex: (version) => `type.googleapis.com/google.cloud.aiplatform.${version}`,
  'code-assist': () => 'type.googleapis.com/google.cloud.aiplatform.master',
}

export type Parsed = { ok: true; value: JsonObject } | { ok: false; failure: Failure }

interface Reading {
  upstream: Upstream
  version: string
  typePrefix: string
  violations: JsonObject[]
}

export function parseMessage(
  message: string,
  body: unknown,
  { upstream, version }: { upstream: Upstream; version: string },
): Parsed {
  const typePrefix = TYPE_PREFIXES[upstream](version)
  const reading: Reading = { upstream, version, typePrefix, violations: [] }
  const value = readValue(reading, message, body, '')
  if (reading.violations.length === 0 && isObject(value)) return { ok: true, value }
  const lines = reading.violations.map(({ description }) => description).join('\n')
  return { ok: false, failure: failure(400, lines, [badRequest(reading.violations)]) }
}

function readMessage(
  reading: Reading,
  message: string,
  body: JsonObject,
  path: string,
): JsonObject {
  const read: JsonObject = {}
  const oneof = ONEOFS[message]
  let chosen: string | undefined
  for (const [name, value] of Object.entries(body)) {
    const field = findField(message, name)
    if (!field?.knownBy(reading.upstream, reading.version)) {
      unknownName(reading, name, path, 'Cannot find field.')
      continue
    }
    if (value === null) continue
    if (oneof?.fields.includes(field.name)) {
      if (chosen !== undefined) {
        const problem = `(oneof), oneof field '${oneof.name}' is already set. Cannot set '${field.name}'`
        invalidValue(reading, path, problem)
        continue
      }
      chosen = field.name
    }
    read[field.name] = readField(reading, field, value, { name, path })
  }
  return read
}

function readField(
  reading: Reading,
  field: Field,
  value: unknown,
  at: { name: string; path: string },
): unknown {
  const path = join(at.path, field.protoName)
  if (field.shape === 'map') return readMap(reading, field, value, path)
  if (field.shape === 'repeated') {
    // The transcoder takes a single element for a list of one.
    const elements: unknown[] = Array.isArray(value) ? value : [value]
    return elements.map((element, index) => {
      const elementPath = `${path}[${index}]`
      return readValue(reading, field.type, element, Array.isArray(value) ? elementPath : path)
    })
  }
  if (field.type === 'Value') return value
  if (Array.isArray(value)) return unknownName(reading, at.name, at.path, NOT_REPEATING)
  if (isScalar(field.type) && isObject(value)) {
    return unknownName(reading, at.name, at.path, 'Starting an object on a scalar field')
  }
  return readValue(reading, field.type, value, path)
}

function readMap(reading: Reading, field: Field, value: unknown, path: string): unknown {
  if (!isObject(value)) {
    const problem = Array.isArray(value)
      ? `(Map), Cannot bind a list to map for field '${field.name}'.`
      : `(Map), ${JSON.stringify(value)}`
    return invalidValue(reading, path, problem)
  }
  const entries = Object.entries(value).map(([key, entry], index) => [
    key,
    readValue(reading, field.type, entry, `${path}[${index}].value`),
  ])
  return Object.fromEntries(entries)
}

function readValue(reading: Reading, type: string, value: unknown, path: string): unknown {
  if (type === 'Value') return value
  if (type === 'Struct') {
    if (isObject(value)) return value
    const problem = `(type.googleapis.com/google.protobuf.Struct), ${JSON.stringify(value)}`
    return invalidValue(reading, path, problem)
  }
  if (isMessage(type)) {
    if (isObject(value)) return readMessage(reading, type, value, path)
    return invalidValue(reading, path, `(${reading.typePrefix}.${type}), ${JSON.stringify(value)}`)
  }
  const vertex = reading.upstream !== 'gemini-api'
  const scalar = readScalar(type, value, { typePrefix: reading.typePrefix, vertex })
  return scalar.ok ? scalar.value : invalidValue(reading, path, scalar.problem)
}

function unknownName(reading: Reading, name: string, path: string, problem: string): undefined {
  const where = path === '' ? '' : ` at '${path}'`
  const description = `Invalid JSON payload received. Unknown name ${JSON.stringify(name)}${where}: ${problem}`
  reading.violations.push({ ...(path === '' ? {} : { field: path }), description })
}

function invalidValue(reading: Reading, path: string, problem: string): undefined {
  const description = `Invalid value at '${path}' ${problem}`
  reading.violations.push({ ...(path === '' ? {} : { field: path }), description })
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
