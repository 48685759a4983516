import { CredentialActs } from '../acts/credential-acts.tsx'
import { RingActs } from '../acts/ring-acts.tsx'
import { brief, compact, count, money, words } from '../format.ts'
import { Countdown, Section, Table, Time } from '../pieces.tsx'
import { role } from '../session.ts'
import { Meters } from './meters.tsx'
import { nameOf } from './name-of.ts'
import { Tokens } from './tokens.tsx'
import type { Cooldown, Credential, KeyInfo, Stats, User } from '../wire.ts'

export interface RingProps {
  readonly stats: Stats
  readonly own: KeyInfo | null
  readonly user: User | null
  readonly onDone: () => void
}

export function Ring({ stats, own, user, onDone }: RingProps) {
  const { ring, ledger } = stats
  const isAdmin = role.value === 'admin'
  const columns = ['Credential', 'State', 'Waits for', 'Attempts', 'Tokens', 'Cost', 'Last error']
  return (
    <>
      <Section
        title="Ring"
        acts={isAdmin && <RingActs id={stats.user} ring={ring} onDone={onDone} />}
      >
        {user?.disabled === true && <p class="bad">This user is disabled: all requests get 403.</p>}
        <p>
          {words(ring.mode)}, turned {count(ring.rotations)} time{ring.rotations !== 1 && 's'}.
          {ring.pin !== null && (
            <>
              {' '}
              Pinned to {nameOf(ring.pin.credential, ring.credentials)} for another{' '}
              <Countdown to={ring.pin.until} />.
            </>
          )}
        </p>
        {ring.credentials.length === 0 ? (
          <p>
            No credentials: every request is refused.{' '}
            {isAdmin ? 'Add some by paste or drop.' : 'Ask your admin to add one.'}
          </p>
        ) : (
          <Table
            caption="Credentials of the ring"
            columns={isAdmin ? [...columns, 'Acts'] : columns}
            rows={ring.credentials.map((credential) => ({
              id: credential.id,
              cells: [
                <Name credential={credential} isNext={ring.cursor === credential.id} />,
                <State credential={credential} />,
                <Waits credential={credential} all={ring.credentials} />,
                `${count(credential.attempts.granted)}, ${count(credential.attempts.ok)} ok`,
                compact(tokensOf(credential)),
                <Cost cost={credential.cost} />,
                <LastError credential={credential} />,
                ...(isAdmin
                  ? [<CredentialActs id={stats.user} credential={credential} onDone={onDone} />]
                  : []),
              ],
            }))}
          />
        )}
      </Section>
      {own !== null && <Meters info={own} days={stats.usage.days} now={stats.now} />}
      <Section title="Ledger">
        <p class={ledger.holds ? 'good' : 'bad'}>
          {count(ledger.granted)} granted = {count(ledger.settled)} settled + {count(ledger.open)}{' '}
          open{ledger.holds ? ': it adds up.' : ' does not add up. Please report it.'}
        </p>
        <p>
          Cost in all: <Cost cost={stats.cost} />
        </p>
        {stats.open_leases.length > 0 && (
          <Table
            caption="Requests under way"
            columns={['Credential', 'Model', 'Since', 'Counted as lost in']}
            rows={stats.open_leases.map((lease, index) => ({
              id: String(index),
              cells: [
                nameOf(lease.credential, ring.credentials),
                lease.model,
                <Time at={lease.granted_at} />,
                <Countdown to={lease.deadline} />,
              ],
            }))}
          />
        )}
      </Section>
      <Tokens id={isAdmin ? stats.user : null} credentials={ring.credentials} />
    </>
  )
}

function Name({
  credential,
  isNext,
}: {
  readonly credential: Credential
  readonly isNext: boolean
}) {
  const { id, label, type, upstream, priority, allowed_models: models } = credential
  return (
    <>
      {isNext && (
        <span role="img" aria-label="Holds the cursor: ">
          ▶{' '}
        </span>
      )}
      <strong>{label ?? brief(id)}</strong>
      <div class="faint">
        {upstream}, {words(type)}
        {priority !== 0 && `, tier ${priority}`}
        {models !== null && `, only ${models.join(', ')}`}
      </div>
    </>
  )
}

function State({ credential }: { readonly credential: Credential }) {
  const { state, cooldowns, quarantine_reason: reason, quarantine_link: link } = credential
  if (state === 'quarantined') {
    return (
      <>
        <strong class="bad">quarantined</strong>: {words(reason ?? 'unknown')}.{' '}
        {link === null ? (
          role.value === 'user' && 'Ask your admin.'
        ) : (
          <a href={link} rel="noreferrer" target="_blank">
            End it at Google (a new tab)
          </a>
        )}
      </>
    )
  }
  if (state === 'paused') return <span class="warn">paused</span>
  return cooldowns.length > 0 ? (
    <span class="warn">
      cooling for {count(cooldowns.length)} model{cooldowns.length > 1 && 's'}
    </span>
  ) : (
    <span class="good">ready</span>
  )
}

function Waits({
  credential,
  all,
}: {
  readonly credential: Credential
  readonly all: readonly Credential[]
}) {
  const { paused_until: paused, cooldowns } = credential
  if (paused === null && cooldowns.length === 0) return <>–</>
  return (
    <ul class="plain">
      {paused !== null && (
        <li>
          <Countdown to={paused} /> by hand
        </li>
      )}
      {cooldowns.map((cooldown) => (
        <li key={`${cooldown.model} ${cooldown.cause}`}>
          <Countdown to={cooldown.until} /> {cooldown.model}
          <div class="faint">{because(cooldown, all)}</div>
          {cooldown.retest_at !== null && (
            <div class="faint">
              tested again in <Countdown to={cooldown.retest_at} />
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The evidence for a deadline, in words. */
const EVIDENCE: Readonly<Record<string, string>> = {
  quota_id: 'Google named the quota',
  reset_time: 'Google named the time',
  retry_info: 'Google said when to retry',
  retry_after: 'by the header retry-after',
  text: "from the words of Google's error",
  none: 'Google gave no hint: backing off',
}

function because(cooldown: Cooldown, all: readonly Credential[]): string {
  const { cause, dimension, evidence, shared_with: others } = cooldown
  return [
    words(cause === 'quota' ? (dimension ?? 'quota') : cause),
    evidence === null ? '' : (EVIDENCE[evidence] ?? words(evidence)),
    others.length === 0
      ? ''
      : `shared with ${others.map((other) => nameOf(other, all)).join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ')
}

function LastError({ credential }: { readonly credential: Credential }) {
  const { last_error: error, last_error_at: at } = credential
  if (error === null) return <>–</>
  return (
    <>
      {words(error)}
      {at !== null && (
        <div class="faint">
          <Time at={at} />
        </div>
      )}
    </>
  )
}

/** The cost by list price. Attempts without a known price are counted apart, since they were not free. */
function Cost({ cost: { usd, unpriced } }: { readonly cost: Stats['cost'] }) {
  return (
    <>
      {money(usd)}
      {unpriced > 0 && <div class="warn">and {count(unpriced)} of unknown price</div>}
    </>
  )
}

function tokensOf({ tokens }: Credential): number {
  return tokens.prompt + tokens.output + tokens.reasoning + tokens.tool_use
}
