import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import type { PageRequest } from '../../objects/responses/results.ts'
import { wholeNumber } from '../admin/query.ts'
import { plainId } from './memory.ts'
import { lazy } from '../../lazy.ts'

const ORDERS = ['asc', 'desc'] as const

/** How a client pages through stored items. Other parameters (`include`) change nothing here. */
export const pageQuery = lazy(() =>
  v.object({
    after: v.optional(
      v.pipe(v.string(), v.maxLength(256, 'must not be longer than 256 characters')),
    ),
    limit: v.optional(wholeNumber(1, 100), '20'),
    order: v.optional(wordOf(ORDERS), 'desc'),
  }),
)

export function toPage({
  after,
  limit,
  order,
}: v.InferOutput<ReturnType<typeof pageQuery>>): PageRequest {
  return { after: after === undefined ? null : plainId(after), limit, order }
}
