import type * as v from 'valibot'

/** Who may call a route, as the table in src/routes/index.ts says it. */
export type Who = 'everyone' | 'user' | 'admin' | 'user_or_admin'

/** What a route takes and answers. Who it is for, and what follows from that, is added in document.ts. */
export interface Operation {
  readonly who: Who
  readonly summary: string
  readonly description?: string
  /** A strict object: one parameter a field. */
  readonly query?: v.ObjectSchema<v.ObjectEntries, undefined> | AnyStrictObject
  readonly body?: v.GenericSchema
  /** JSON, where it does not say otherwise. */
  readonly bodyType?: 'multipart/form-data'
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of refusals, beside those that every route of its kind has. */
  readonly refusals?: readonly number[]
}

type AnyStrictObject = v.StrictObjectSchema<v.ObjectEntries, undefined>

export interface Answer {
  readonly description: string
  /** None where only the media type is known. */
  readonly schema?: v.GenericSchema
  readonly mediaTypes?: readonly string[]
}

/** By method and path, `GET /v1/config/users/{id}`. */
export type Operations = Readonly<Record<string, Operation>>

export function ok(
  description: string,
  schema?: v.GenericSchema,
): Readonly<Record<number, Answer>> {
  return { 200: schema === undefined ? { description } : { description, schema } }
}
