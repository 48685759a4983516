import type { Overview } from '../../../src/wire/overview.ts'
import { brief } from '../format.ts'
import { useLoad } from '../load.ts'
import { Title } from '../title.tsx'
import { Usage } from './usage.tsx'

/** The use of all users, which can be grouped by user. */
export function AllUsage() {
  const { data } = useLoad<Overview>('/v1/overview?sort=requests')
  const names = new Map(data?.users.map(({ user, label }) => [user, label] as const))
  return (
    <>
      <Title text="Usage" />
      <Usage
        path="/v1/usage"
        keys={['model', 'upstream', 'outcome', 'user']}
        nameOf={(id) => names.get(id) ?? brief(id)}
      />
    </>
  )
}
