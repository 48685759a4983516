import type * as v from 'valibot'

/** Who may call a route, in the words of the table in src/routes/index.ts. */
export type Who = 'everyone' | 'user' | 'admin' | 'user_or_admin'

/** What a route takes and answers. document.ts adds what follows from who may call it. */
export interface Operation {
  readonly who: Who
  readonly summary: string
  readonly description?: string
  /** A strict object: each field is a parameter. */
  readonly query?: v.ObjectSchema<v.ObjectEntries, undefined> | AnyStrictObject
  readonly body?: v.GenericSchema
  /** JSON, if it is missing. */
  readonly bodyType?: 'multipart/form-data'
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of refusals, besides those that every route of its kind has. */
  readonly refusals?: readonly number[]
}

type AnyStrictObject = v.StrictObjectSchema<v.ObjectEntries, undefined>

export interface Answer {
  readonly description: string
  /** Missing if only the media type is known. */
  readonly schema?: v.GenericSchema
  readonly mediaTypes?: readonly string[]
}

/** By method and path, such as `GET /v1/config/users/{id}`. */
export type Operations = Readonly<Record<string, Operation>>

export function ok(
  description: string,
  schema?: v.GenericSchema,
): Readonly<Record<number, Answer>> {
  return { 200: schema === undefined ? { description } : { description, schema } }
}
