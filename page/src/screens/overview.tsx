import { useState } from 'preact/hooks'
import type { Overview as Told } from '../../../src/wire/overview.ts'
import type { UserLine, UserSort } from '../../../src/wire/users.ts'
import { NewUser } from '../acts/new-user.tsx'
import { brief, compact, count, money } from '../format.ts'
import { useLoad } from '../load.ts'
import { Countdown, Problem, Section, Select, Table, Time } from '../pieces.tsx'
import { Title } from '../title.tsx'
import { Days } from '../usage/days.tsx'
import { Attention, Verdict } from '../usage/verdict.tsx'

/** A browser draws this many lines quickly. The others are drawn on demand. */
const FIRST_LINES = 100
const SORTS: readonly (readonly [UserSort, string])[] = [
  ['trouble', 'trouble'],
  ['requests', 'requests today'],
  ['cost', 'cost today'],
  ['last_used', 'last use'],
  ['label', 'name'],
  ['created', 'newest'],
]

/** One request tells everything about all users, and wakes none of their objects. It is not repeated automatically. */
export function Overview() {
  const [sort, setSort] = useState<UserSort>('trouble')
  const [search, setSearch] = useState('')
  const [next, setNext] = useState<string | null>(null)
  const [isWhole, setWhole] = useState(false)
  const query = new URLSearchParams(search === '' ? { sort } : { sort, q: search })
  const { data, error, reload } = useLoad<Told>(`/v1/overview${next ?? `?${query}`}`)
  const shown = isWhole ? data?.users : data?.users.slice(0, FIRST_LINES)
  return (
    <>
      <Title text="Overview" />
      <Problem error={error} />
      {data !== null && (
        <>
          <Verdict rings={data.rings} />
          <Days answer={data.use} now={data.now} />
          <Attention lines={data.attention} total={data.rings.quarantined} />
        </>
      )}
      <Section
        title={data === null ? 'Users' : `Users (${count(data.total)})`}
        acts={
          <>
            <button type="button" onClick={reload}>
              Look again
            </button>
            <NewUser onDone={reload} />
          </>
        }
      >
        <form
          class="filters"
          onSubmit={(event) => {
            event.preventDefault()
            const typed = new FormData(event.currentTarget).get('search')
            setNext(null)
            setSearch(typeof typed === 'string' ? typed.trim() : '')
          }}
        >
          <div>
            <label for="search">Find by name or id</label>
            <div class="acts">
              <input id="search" name="search" type="search" maxLength={100} />
              <button>Find</button>
            </div>
          </div>
          <Select
            label="First those with most"
            value={sort}
            options={SORTS}
            onChange={(value) => {
              setNext(null)
              setSort(value as UserSort) // every value is one of SORTS
            }}
          />
        </form>
        {data !== null && data.users.length === 0 && (
          <p>
            {search === ''
              ? 'There are no users yet. Make the first with “New user”, then give it credentials.'
              : 'Nobody has such a name or id.'}
          </p>
        )}
        {shown !== undefined && shown.length > 0 && <Users users={shown} />}
        <div class="acts below">
          {data !== null && shown !== undefined && shown.length < data.users.length && (
            <button type="button" onClick={() => setWhole(true)}>
              Show all {count(data.users.length)}
            </button>
          )}
          {data?.next != null && (
            <button type="button" onClick={() => setNext(data.next)}>
              Next page
            </button>
          )}
          {next !== null && (
            <button type="button" onClick={() => setNext(null)}>
              First page
            </button>
          )}
        </div>
      </Section>
    </>
  )
}

function Users({ users }: { readonly users: readonly UserLine[] }) {
  return (
    <Table
      caption="Users"
      columns={['User', 'State', 'Credentials', 'Today', 'Cost today', 'Last use']}
      rows={users.map((line) => ({
        id: line.user,
        cells: [
          <>
            <a href={`#/users/${line.user}`}>{line.label ?? brief(line.user)}</a>
            <div class="faint">
              {line.key_hint !== null && `key …${line.key_hint}`}
              {line.plan !== null && ` plan ${line.plan}`}
            </div>
          </>,
          <span class={line.state === 'active' ? undefined : 'warn'}>{line.state}</span>,
          <RingOf line={line} />,
          <>
            {compact(line.today.requests)} requests
            <div class="faint">{compact(line.today.tokens)} tokens</div>
          </>,
          <>
            {money(line.today.cost_usd)}
            {line.today.unpriced > 0 && (
              <div class="warn">{count(line.today.unpriced)} of unknown price</div>
            )}
          </>,
          line.last_used_at === null ? '–' : <Time at={line.last_used_at} />,
        ],
      }))}
    />
  )
}

function RingOf({ line }: { readonly line: UserLine }) {
  const { credentials, next_recovery: next, out } = line
  if (credentials === null) return <>not told yet</>
  const { total, serving, cooling, paused, quarantined } = credentials
  return (
    <>
      <span class={out || serving === 0 ? 'bad' : 'good'}>
        {serving} of {total} serve
      </span>
      {cooling > 0 && `, ${cooling} cooling`}
      {paused > 0 && `, ${paused} paused`}
      {quarantined > 0 && <span class="bad">, {quarantined} quarantined</span>}
      {next !== null && (
        <>
          , next <Countdown to={next} />
        </>
      )}
    </>
  )
}
