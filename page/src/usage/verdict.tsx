import type { AttentionLine, Overview } from '../../../src/wire/overview.ts'
import { brief, count, words } from '../format.ts'
import { Countdown, Section, Table } from '../pieces.tsx'

/** One sentence about all rings, not only those of the users listed. */
export function Verdict({ rings }: { readonly rings: Overview['rings'] }) {
  const { users, told, out, next_recovery: next, ledgers_broken: broken } = rings
  if (told === 0) return null
  return (
    <div class={`verdict ${out + broken === 0 ? 'good' : 'bad'}`}>
      <p>
        {out === 0
          ? told === users
            ? `All ${count(users)} rings serve.`
            : `All ${count(told)} rings that have told how they stand serve; there are ${count(users)}.`
          : `${count(out)} of ${count(users)} ${users === 1 ? 'ring has' : 'rings have'} a model that no credential serves`}
        {out > 0 && next !== null && (
          <>
            ; the first comes back in <Countdown to={next} />
          </>
        )}
        {out > 0 && '.'}
      </p>
      {broken > 0 && <p>{count(broken)} ledgers do not add up. Please report it.</p>}
    </div>
  )
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
