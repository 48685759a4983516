/**
 * What valibot found wrong, told in OpenAI's terms. The schema's messages say what was expected.
 */
import type { BaseIssue } from 'valibot'
import type { Failure } from './failure.ts'

/** Where the reason differs from "a schema checks a type, a validation checks a value". */
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

/** The schema's own words. Where it has none valibot repeats the value, which may be a secret or a prompt. */
function wordsOf({ message, expected, received }: BaseIssue<unknown>): string {
  return message.endsWith(`eceived ${received}`)
    ? (KINDS.get(expected) ?? 'something else')
    : message
}

/** Misspelt fields of admin bodies; clients of the service send what they like. */
function isUnknown(issue: BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never'
}

function reasonOf(issue: BaseIssue<unknown>): 'invalid_type' | 'invalid_value' {
  // A variant complains of what is no object, and of a discriminator that it does not know.
  if (issue.type === 'variant')
    return issue.expected === 'Object' ? 'invalid_type' : 'invalid_value'
  return REASONS.get(issue.type) ?? (issue.kind === 'schema' ? 'invalid_type' : 'invalid_value')
}

/** `null` is absent (docs/clients.md: Fields), except as an element of a list. */
function isMissing(issue: BaseIssue<unknown>): boolean {
  const absent = issue.input === undefined || issue.input === null
  return absent && typeof issue.path?.at(-1)?.key === 'string'
}

/** `messages[2].content[0].text` */
function toParam(issue: BaseIssue<unknown>): string {
  let param = ''
  for (const { key } of issue.path ?? []) {
    if (typeof key === 'number') param += `[${key}]`
    else param += param === '' ? String(key) : `.${String(key)}`
  }
  return param
}

/** Never the value itself: prompts do not belong into errors. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a decimal number'
  return `a ${typeof value}`
}
