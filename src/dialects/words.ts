/** Schemas for kinds of values. Each message says what was expected; failure/issue.ts builds the sentence around it. */
import { wordOf } from '../failure/check.ts'
import * as v from 'valibot'
import { isRecord } from '../json/record.ts'
import { lazy } from '../lazy.ts'

export const string = lazy(() => v.string('a string'))
export const boolean = lazy(() => v.boolean('a boolean'))
export const number = lazy(() => v.number('a number'))
export const integer = lazy(() => v.pipe(v.number('an integer'), v.integer('an integer')))
export const record = lazy(anObject)

function anObject() {
  return v.custom<Readonly<Record<string, unknown>>>(isRecord, 'an object')
}

/** The schema of a function's arguments. */
export const parameters = lazy(() => {
  // Not `record`: what is described within a choice and outside of one would become a reference in openapi.json.
  const schema = anObject()
  return v.nullish(v.lazy((input) => (isNothing(input) ? nothing() : schema)))
})

/** Clients in PHP write an empty object as an empty list (docs/clients.md: Messages). */
export function isNothing(value: unknown): value is readonly [] {
  return Array.isArray(value) && value.length === 0
}

/** To be used where `isNothing`. */
export const nothing = lazy(() =>
  v.pipe(
    v.unknown(),
    v.transform((): Readonly<Record<string, unknown>> => ({})),
  ),
)

/** Without this, valibot takes a list for an object none of whose fields is set. */
export function fieldsOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = v.object(entries, 'an object')
  const never = v.custom<v.InferOutput<typeof schema>>(() => false, 'an object')
  return v.lazy((input): typeof schema | typeof never => (Array.isArray(input) ? never : schema))
}

/** A name that is looked up and sent to Google. */
export const name = lazy(() =>
  v.pipe(
    string(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(256, 'must not be longer than 256 characters'),
  ),
)

/** Clients differ in the case of such words. Google's are in upper case, OpenAI's in lower case. */
export function upperCaseOf<const T extends readonly string[]>(words: T) {
  return v.pipe(string(), v.toUpperCase(), wordOf(words))
}

/** A word that must match exactly. `why` is added to the error for any other word. */
export function oneOf<const T extends readonly string[]>(words: T, why = '') {
  return v.pipe(string(), wordOf(words, why))
}

export function integerFrom1To(max: number) {
  return v.pipe(
    integer(),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(max, `must not be above ${max}`),
  )
}

export const someText = lazy(() => v.pipe(string(), v.nonEmpty('must not be empty')))

export function lowerCaseOf<const T extends readonly string[]>(words: T) {
  return v.pipe(string(), v.toLowerCase(), wordOf(words))
}
