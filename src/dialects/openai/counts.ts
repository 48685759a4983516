import * as v from 'valibot'
import { lazy } from '../../lazy.ts'
import { integer } from '../words.ts'

const INT32_MAX = 2 ** 31 - 1

/** A number of tokens or the like. Clients write -1 or 0 for "no limit" (docs/clients.md: Fields). */
export const count = lazy(() =>
  v.nullish(
    v.pipe(
      integer(),
      v.minValue(-1, 'must be a positive integer'),
      v.maxValue(INT32_MAX, `must not be above ${INT32_MAX}`),
    ),
  ),
)
