import type { AttentionLine, Overview } from '../../../src/wire/overview.ts'
import { brief, count, words } from '../format.ts'
import { Countdown, Section, Table } from '../pieces.tsx'

/** One sentence about all rings, not only those of the users listed. */
export function Verdict({ rings }: { readonly rings: Overview['rings'] }) {
  const { users, told, empty, out, next_recovery: next, ledgers_broken: broken } = rings
  if (told === 0) return null
  const standing = out + broken > 0 ? 'bad' : told === empty ? 'warn' : 'good'
  return (
    <div class={`verdict ${standing}`}>
      <p>
        {out === 0
          ? served(rings)
          : `${count(out)} of ${count(users)} ${users === 1 ? 'ring has' : 'rings have'} a model that no credential serves`}
        {out > 0 && next !== null && (
          <>
            ; the first comes back in <Countdown to={next} />
          </>
        )}
        {out > 0 && '.'}
      </p>
      {empty > 0 && (
        <p>
          {count(empty)} {empty === 1 ? 'user has' : 'users have'} no credentials yet.
        </p>
      )}
      {broken > 0 && <p>{count(broken)} ledgers do not add up. Please report it.</p>}
    </div>
  )
}

/** What is said if no ring is known to be out. A ring without credentials serves nothing, so it is not counted. */
function served({ users, told, empty }: Overview['rings']): string {
  if (told === empty) return 'No ring serves yet.'
  if (told < users)
    return `All ${count(told - empty)} rings that have told how they stand serve; there are ${count(users)}.`
  return empty === 0
    ? `All ${count(users)} rings serve.`
    : `All ${count(told - empty)} rings that have credentials serve.`
}

/** Credentials that will not serve again until somebody acts. */
export function Attention({
  lines,
  total,
}: {
  readonly lines: readonly AttentionLine[]
  readonly total: number
}) {
  if (lines.length === 0) return null
  return (
    <Section title={`Need a hand (${count(total)})`}>
      <Table
        caption="Credentials in quarantine"
        columns={['User', 'Credential', 'Reason', 'What to do']}
        rows={lines.map((line) => ({
          id: `${line.user} ${line.credential}`,
          cells: [
            <a href={`#/users/${line.user}`}>{line.label ?? brief(line.user)}</a>,
            line.credential_label ?? brief(line.credential),
            words(line.reason ?? 'unknown'),
            line.link === null ? (
              'Open the ring: a new secret, or a reset once Google takes it again.'
            ) : (
              <a href={line.link} rel="noreferrer" target="_blank">
                End it at Google (a new tab)
              </a>
            ),
          ],
        }))}
      />
      {total > lines.length && <p class="faint">And {count(total - lines.length)} more.</p>}
    </Section>
  )
}
