/** What the overview answers, in full. */
import * as v from 'valibot'
import { overviewQuery } from '../src/routes/admin/query-schema.ts'
import type { Overview } from '../src/wire/overview.ts'
import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'
import { UNCHANGED, usageAnswer } from './usage.ts'

const text = v.string()
const textOrNull = v.nullable(text)
const whole = v.pipe(v.number(), v.integer())

const { status: _status, now: _now, version: _version, user: _user, ...use } = usageAnswer.entries

const overviewAnswer = v.object({
  ...answers.users.entries,
  rings: v.pipe(
    v.object({
      users: whole,
      told: v.pipe(whole, v.description('Users whose objects have told how they stand')),
      empty: v.pipe(whole, v.description('Those of them who have no credential')),
      out: v.pipe(
        whole,
        v.description('Rings with a model that none of their credentials serves now'),
      ),
      next_recovery: v.nullable(v.pipe(text, v.isoTimestamp())),
      ledgers_broken: whole,
      quarantined: whole,
    }),
    v.description('All rings, whichever users the page of the list is of'),
  ),
  attention: v.pipe(
    v.array(
      v.object({
        user: text,
        label: textOrNull,
        credential: text,
        credential_label: textOrNull,
        reason: textOrNull,
        link: v.pipe(textOrNull, v.description('Where Google wants its owner to go')),
      }),
    ),
    v.description('The first hundred credentials in quarantine'),
  ),
  use: v.object(use),
}) satisfies v.GenericSchema<unknown, Overview>

export const overview: Operations = {
  'GET /v1/overview': {
    who: 'admin',
    summary: 'All rings, their users and the last 48 hours, in one answer that wakes no user',
    query: overviewQuery(),
    answers: { ...ok('As users’ objects told it last', overviewAnswer), ...UNCHANGED },
  },
}
