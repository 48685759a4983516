/** What valibot found wrong, as a `Failure`. The message of a schema says what was expected. */
import type { BaseIssue } from 'valibot'
import type { Failure } from './failure.ts'

/** Normally a failed schema means a wrong type and a failed validation a wrong value. These are the exceptions. */
const REASONS: ReadonlyMap<string, 'invalid_type' | 'invalid_value'> = new Map([
  ['picklist', 'invalid_value'],
  ['literal', 'invalid_value'],
  ['integer', 'invalid_type'],
])

export function toFailure(issue: BaseIssue<unknown>): Failure {
  const param = toParam(issue)
  if (isUnknown(issue)) {
    return { reason: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param }
  }
  if (isMissing(issue)) {
    const message = `Missing required parameter: '${param}'.`
    return { reason: 'missing_required_parameter', message, param }
  }
  const reason = reasonOf(issue)
  const message =
    reason === 'invalid_type'
      ? `Invalid type for '${param}': expected ${wordsOf(issue)}, got ${kindOf(issue.input)}.`
      : `Invalid value for '${param}': ${wordsOf(issue)}.`
  return { reason, message, param }
}

const KINDS: ReadonlyMap<string | null, string> = new Map([
  ['Object', 'an object'],
  ['Array', 'an array'],
  ['string', 'a string'],
  ['number', 'a number'],
  ['boolean', 'a boolean'],
])

/**
 * What was expected, in the schema's own words. Without any, valibot's default message repeats the value, which may
 * be a secret or a prompt, so only the kind is named.
 */
function wordsOf({ message, expected, received }: BaseIssue<unknown>): string {
  return message.endsWith(`eceived ${received}`)
    ? (KINDS.get(expected) ?? 'something else')
    : message
}

/**
 * Only admin bodies are checked for unknown fields, since a misspelt one would silently do nothing. Clients of the
 * service may send any field.
 */
function isUnknown(issue: BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never'
}

function reasonOf(issue: BaseIssue<unknown>): 'invalid_type' | 'invalid_value' {
  // A variant reports two things: a value that is not an object, and an unknown discriminator.
  if (issue.type === 'variant')
    return issue.expected === 'Object' ? 'invalid_type' : 'invalid_value'
  return REASONS.get(issue.type) ?? (issue.kind === 'schema' ? 'invalid_type' : 'invalid_value')
}

/** A field that is `null` counts as absent (docs/clients.md: Fields); an element of a list does not. */
function isMissing(issue: BaseIssue<unknown>): boolean {
  const absent = issue.input === undefined || issue.input === null
  return absent && typeof issue.path?.at(-1)?.key === 'string'
}

/** Path such as `messages[2].content[0].text`. */
function toParam(issue: BaseIssue<unknown>): string {
  let param = ''
  for (const { key } of issue.path ?? []) {
    if (typeof key === 'number') param += `[${key}]`
    else param += param === '' ? String(key) : `.${String(key)}`
  }
  return param
}

/** Names only the kind of a value: the value may be part of a prompt, and prompts must not appear in errors. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a decimal number'
  return `a ${typeof value}`
}
