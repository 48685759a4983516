import { brief } from '../format.ts'
import { useLoad } from '../load.ts'
import { Problem } from '../pieces.tsx'
import { role } from '../session.ts'
import { Title } from '../title.tsx'
import type { KeyInfo, Stats, User } from '../wire.ts'
import { Audit } from './audit.tsx'
import { Explain } from './explain.tsx'
import { Requests } from './requests.tsx'
import { nameOf } from './name-of.ts'
import { Ring } from './ring.tsx'
import { Settings } from './settings.tsx'
import { Usage } from './usage.tsx'

/** The open ring is the only thing that is loaded again automatically. */
const EVERY_MS = 5000

/** One user, for an admin; with `me`, for the user. */
export function UserScreen({ id, tab }: { readonly id: string; readonly tab: string }) {
  const isAdmin = role.value === 'admin'
  const user = useLoad<User>(isAdmin ? `/v1/config/users/${id}` : null)
  const own = useLoad<KeyInfo>(isAdmin ? null : '/v1/key')
  const stats = useLoad<Stats>(`/debug/stats${isAdmin ? `?user=${id}` : ''}`, EVERY_MS)
  const described = unwrapped(user.data)
  const reload = (): void => {
    if (isAdmin) user.reload()
    stats.reload()
  }
  const label = described?.label ?? own.data?.label
  return (
    <>
      <Title text={isAdmin ? (label ?? brief(id)) : (label ?? 'My ring')} />
      <Tabs base={isAdmin ? `#/users/${id}/` : '#/'} isAdmin={isAdmin} tab={tab} />
      <Problem error={user.error ?? own.error ?? stats.error} />
      {stats.data === null && stats.error === null && <p>Looking…</p>}
      {stats.data !== null && tab === '' && (
        <Ring stats={stats.data} own={own.data} user={described} onDone={reload} />
      )}
      {stats.data !== null && tab === 'usage' && (
        <Usage
          path={isAdmin ? `/v1/config/users/${id}/usage` : '/v1/usage'}
          keys={['model', 'credential', 'upstream', 'outcome']}
          nameOf={(name) => nameOf(name, stats.data?.ring.credentials ?? [])}
        />
      )}
      {stats.data !== null && tab === 'explain' && (
        <Explain id={isAdmin ? id : null} credentials={stats.data.ring.credentials} />
      )}
      {stats.data !== null && tab === 'requests' && (
        <Requests
          path={isAdmin ? `/v1/config/users/${id}/requests` : '/v1/requests'}
          credentials={stats.data.ring.credentials}
        />
      )}
      {tab === 'audit' && isAdmin && <Audit id={id} />}
      {tab === 'settings' && described !== null && <Settings user={described} onDone={reload} />}
    </>
  )
}

/** Some answers hold the user in the field `user`. */
function unwrapped(answer: (User & { readonly user?: User }) | null): User | null {
  return answer?.user ?? answer
}

function Tabs({
  base,
  isAdmin,
  tab,
}: {
  readonly base: string
  readonly isAdmin: boolean
  readonly tab: string
}) {
  const tabs = [
    ['', 'Ring'],
    ['requests', 'Requests'],
    ['usage', 'Usage'],
    ['explain', 'Explain'],
    ...(isAdmin
      ? [
          ['audit', 'Audit'],
          ['settings', 'Keys and limits'],
        ]
      : []),
  ] as const
  return (
    <nav class="tabs" aria-label="User">
      {tabs.map(([to, name]) => (
        <a key={to} href={`${base}${to ?? ''}`} aria-current={tab === to ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  )
}
