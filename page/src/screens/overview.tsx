import { useState } from 'preact/hooks'
import type { UsageAnswer } from '../../../src/wire/usage.ts'
import type { UserLine, UserList, UserSort } from '../../../src/wire/users.ts'
import { NewUser } from '../acts/new-user.tsx'
import { brief, compact, count, money } from '../format.ts'
import { useLoad } from '../load.ts'
import { Countdown, Problem, Section, Select, Table, Time } from '../pieces.tsx'
import { Title } from '../title.tsx'
import { Days } from '../usage/days.tsx'
import { Verdict } from '../usage/verdict.tsx'

const PAGE = 100
const SORTS: readonly (readonly [UserSort, string])[] = [
  ['trouble', 'trouble'],
  ['requests', 'requests today'],
  ['cost', 'cost today'],
  ['last_used', 'last use'],
  ['label', 'name'],
  ['created', 'newest'],
]

/**
 * One request tells of all users, and one of their use: none of their objects is woken. Neither is asked for again by itself.
 * The list begins with those in trouble, so what is said of all of them is true however many pages there are.
 */
export function Overview() {
  const [sort, setSort] = useState<UserSort>('trouble')
  const [search, setSearch] = useState('')
  const [next, setNext] = useState<string | null>(null)
  const query = new URLSearchParams(search === '' ? { sort } : { sort, q: search })
  const list = useLoad<UserList>(`/v1/config/users${next ?? `?${query}`}&limit=${PAGE}`)
  const use = useLoad<UsageAnswer>('/v1/usage?span=hour&from=48h')
  const { data } = list
  const isWhole = sort === 'trouble' && search === '' && next === null
  const reload = (): void => {
    list.reload()
    use.reload()
  }
  return (
    <>
      <Title text="Overview" />
      <Problem error={list.error ?? use.error} />
      {data !== null && isWhole && <Verdict users={data.users} total={data.total} />}
      {use.data !== null && <Days answer={use.data} />}
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
              setSort(value as UserSort) // it is one of SORTS
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
        {data !== null && data.users.length > 0 && <Users users={data.users} />}
        <div class="acts below">
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

function RingOf({ line: { credentials, next_recovery: next } }: { readonly line: UserLine }) {
  if (credentials === null) return <>not told yet</>
  const { total, serving, cooling, paused, quarantined } = credentials
  return (
    <>
      <span class={serving === 0 ? 'bad' : 'good'}>
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
