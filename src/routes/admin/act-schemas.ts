import * as v from 'valibot'

import { definedOf } from './defined.ts'
import { ending } from './instants.ts'
import { apiKey } from './key-schema.ts'
import { aliasName, models } from './model-names.ts'
import { label } from './user-schema.ts'
import { lazy } from '../../lazy.ts'

/** Shapes of what admins send about credentials and the ring. */

/** The field by which the body of an admin act names its user. */
export const userName = lazy(() =>
  v.pipe(
    v.object({
      user: v.optional(v.string('a string')),
      apiKey: v.optional(apiKey()),
    }),
    v.forward(
      v.check(
        ({ user, apiKey: key }) => user === undefined || key === undefined,
        "must not be sent beside 'apiKey'",
      ),
      ['user'],
    ),
  ),
)

export const pinBody = lazy(() =>
  v.strictObject({
    credential: v.string('a string'),
    until: v.nonNullable(ending()),
  }),
)

export const credentialPatch = lazy(() =>
  v.strictObject({
    label: v.optional(label()),
    priority: v.optional(
      v.pipe(
        v.number('an integer'),
        v.integer('an integer'),
        v.minValue(-1000, 'must be between -1000 and 1000'),
        v.maxValue(1000, 'must be between -1000 and 1000'),
      ),
    ),
    models: v.optional(models()),
    paused_until: v.optional(ending()),
  }),
)

export const orderBody = lazy(() =>
  v.strictObject({
    credentials: v.array(v.string('a string'), 'an array of credential ids'),
  }),
)

/** `user`: whose ring it is. */
export const ringBody = lazy(() => v.strictObject({ user: v.string('a string') }))

export const explainBody = lazy(() =>
  v.strictObject({
    model: aliasName(),
    session: v.optional(v.nullable(v.string('a string')), null),
    user: v.optional(v.string('a string')),
  }),
)

export function toCredentialPatch(given: v.InferOutput<ReturnType<typeof credentialPatch>>) {
  const { paused_until: pausedUntil, ...same } = given
  return definedOf({ ...same, pausedUntil })
}
