import { useState } from 'preact/hooks'
import { Act } from '../acts/act.tsx'
import { NewKey } from '../acts/new-key.tsx'
import { settingFields, settingsIn } from '../acts/settings.ts'
import { brief, compact, money, count } from '../format.ts'
import { useLoad } from '../load.ts'
import { Countdown, Problem, Section, Table, Time } from '../pieces.tsx'
import { Title } from '../title.tsx'
import type { UserLine, UserPage } from '../wire.ts'

/** One request tells of all users of a page, and none of their objects is woken: so this is not asked again by itself. */
export function Overview() {
  const [query, setQuery] = useState('?limit=100')
  const [search, setSearch] = useState('')
  const { data, error, reload } = useLoad<UserPage>(`/v1/config/users${query}`)
  const users = (data?.users ?? []).filter((user) => matches(user, search)).toSorted(byTrouble)
  return (
    <>
      <Title text="Overview" />
      <Problem error={error} />
      {data !== null && <Verdict users={data.users} isAll={data.next === null} />}
      <Figures users={data?.users ?? []} />
      <Section
        title={
          data === null
            ? 'Users'
            : `Users (${count(data.total ?? data.users.length)}${data.total === undefined && data.next !== null ? '+' : ''})`
        }
        acts={
          <>
            <button type="button" onClick={reload}>
              Look again
            </button>
            <NewUser onDone={reload} />
          </>
        }
      >
        <label for="search">Find by name or id</label>
        <input
          id="search"
          type="search"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {data !== null && data.users.length === 0 && (
          <p>There are no users yet. Make the first with “New user”, then give it credentials.</p>
        )}
        {users.length > 0 && <Users users={users} />}
        {data?.next != null && (
          <button type="button" onClick={() => setQuery(`${data.next ?? ''}&limit=100`)}>
            Next page
          </button>
        )}
        {query !== '?limit=100' && (
          <button type="button" onClick={() => setQuery('?limit=100')}>
            First page
          </button>
        )}
      </Section>
    </>
  )
}

function Verdict({
  users,
  isAll,
}: {
  readonly users: readonly UserLine[]
  readonly isAll: boolean
}) {
  const known = users.filter(({ credentials }) => credentials != null)
  if (known.length === 0) return null
  const out = known.filter(({ credentials }) => credentials?.serving === 0)
  const first = out
    .map(({ next_recovery: next }) => next ?? '')
    .filter(Boolean)
    .toSorted()[0]
  const of = isAll ? '' : ' of this page'
  if (out.length === 0)
    return (
      <p class="verdict good">
        All {count(known.length)} rings{of} serve.
      </p>
    )
  return (
    <p class="verdict bad">
      {count(out.length)} of {count(known.length)} rings{of} serve nothing
      {first === undefined ? (
        '.'
      ) : (
        <>
          {' '}
          ; the first comes back in <Countdown to={first} />.
        </>
      )}
    </p>
  )
}

function Figures({ users }: { readonly users: readonly UserLine[] }) {
  const days = users.flatMap(({ today }) => today ?? [])
  if (days.length === 0) return null
  const sum = (of: (day: NonNullable<UserLine['today']>) => number): number =>
    days.reduce((total, day) => total + of(day), 0)
  const unpriced = sum((day) => day.unpriced)
  return (
    <Section title="Today (UTC)">
      <div class="cards">
        <div class="card">
          <b>{compact(sum((day) => day.requests))}</b> requests
        </div>
        <div class="card">
          <b>{compact(sum((day) => day.tokens))}</b> tokens
        </div>
        <div class="card">
          <b>{money(sum((day) => day.cost_usd))}</b> list value
          {unpriced > 0 && `; ${count(unpriced)} attempts of unknown price`}
        </div>
      </div>
    </Section>
  )
}

function Users({ users }: { readonly users: readonly UserLine[] }) {
  return (
    <Table
      caption="Users"
      columns={['User', 'State', 'Credentials', 'Today', 'Last use', 'Made']}
      rows={users.map((line) => ({
        id: line.user,
        cells: [
          <a href={`#/users/${line.user}`}>{line.label ?? brief(line.user)}</a>,
          line.state ?? '–',
          ringOf(line),
          line.today === undefined ? '–' : `${compact(line.today.requests)} requests`,
          line.last_used_at == null ? '–' : <Time at={line.last_used_at} />,
          <Time at={line.created_at} />,
        ],
      }))}
    />
  )
}

function ringOf({ credentials, next_recovery: next }: UserLine) {
  if (credentials == null) return '–'
  const { total, serving, cooling, quarantined } = credentials
  return (
    <>
      <span class={serving === 0 ? 'bad' : 'good'}>
        {serving} of {total} serve
      </span>
      {cooling > 0 && `, ${cooling} cooling`}
      {quarantined > 0 && `, ${quarantined} quarantined`}
      {next != null && (
        <>
          , next <Countdown to={next} />
        </>
      )}
    </>
  )
}

function NewUser({ onDone }: { readonly onDone: () => void }) {
  return (
    <Act
      name="New user"
      main
      does="Makes a user and a key, which is shown this once. Or for a key of your choice: 32 random characters or more."
      fields={[
        { name: 'apiKey', label: 'Key of your choice (else one is minted)', type: 'password' },
        ...settingFields(null),
      ]}
      request={(values) => ({
        path: '/v1/config/users',
        body: {
          ...(values['apiKey'] ? { apiKey: values['apiKey'] } : {}),
          ...settingsIn(values, null),
        },
      })}
      shows={(answer) => <NewKey answer={answer} />}
      onDone={onDone}
    />
  )
}

function matches({ user, label }: UserLine, search: string): boolean {
  const wanted = search.trim().toLowerCase()
  return user.startsWith(wanted) || (label ?? '').toLowerCase().includes(wanted)
}

/** Those that serve nothing first, then the most used. */
function byTrouble(one: UserLine, other: UserLine): number {
  const trouble = ({ credentials, out }: UserLine): number =>
    credentials?.serving === 0 || out === true ? 1 : 0
  return trouble(other) - trouble(one) || (other.today?.requests ?? 0) - (one.today?.requests ?? 0)
}
