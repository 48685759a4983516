import type { UserLine } from '../../../src/wire/users.ts'
import { count } from '../format.ts'
import { Countdown } from '../pieces.tsx'

/** One sentence about all rings. `users` begins with those in trouble; there may be more than these. */
export function Verdict({
  users,
  total,
}: {
  readonly users: readonly UserLine[]
  readonly total: number
}) {
  const known = users.filter(({ credentials }) => credentials !== null)
  if (known.length === 0) return null
  const out = known.filter(servesNothing)
  // Who has not told yet, or is on another page, may serve or not.
  const isAll = known.length === total
  const hands = known.reduce((sum, { credentials }) => sum + (credentials?.quarantined ?? 0), 0)
  const atLeast = users.length < total && known.every(servesNothing) ? 'at least ' : ''
  const first = out
    .map(({ next_recovery: next }) => next ?? '')
    .filter(Boolean)
    .toSorted()[0]
  return (
    <div class={`verdict ${out.length === 0 ? 'good' : 'bad'}`}>
      {out.length === 0 ? (
        <p>
          {isAll
            ? `All ${count(total)} rings serve.`
            : `All ${count(known.length)} rings that were looked at serve; there are ${count(total)}.`}
        </p>
      ) : (
        <p>
          {atLeast}
          {count(out.length)} of {count(total)} {total === 1 ? 'ring serves' : 'rings serve'}{' '}
          nothing
          {first !== undefined && (
            <>
              ; the first comes back in <Countdown to={first} />
            </>
          )}
          .
        </p>
      )}
      {hands > 0 && (
        <p class="warn">
          {count(hands)} {hands === 1 ? 'credential needs' : 'credentials need'} a hand: open the
          rings that have one in quarantine.
        </p>
      )}
    </div>
  )
}

function servesNothing({ credentials }: UserLine): boolean {
  return credentials?.serving === 0
}
