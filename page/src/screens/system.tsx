import { Act } from '../acts/act.tsx'
import { Fork } from '../acts/fork.tsx'
import { Paged } from '../acts/paged.tsx'
import { Problem, Section } from '../pieces.tsx'
import { role } from '../session.ts'
import { Title } from '../title.tsx'
import { useLoad } from '../load.ts'

export function System() {
  const health = useLoad<{ readonly status: string }>('/health/ready')
  return (
    <>
      <Title text="System" />
      <Section title="Gateway">
        <Problem error={health.error} />
        {health.data !== null && <p class="good">Ready: storage and vault open.</p>}
        <p>
          <a href="/openapi.json">The API in OpenAPI</a>
        </p>
      </Section>
      {role.value === 'admin' && <Recovery />}
    </>
  )
}

function Recovery() {
  return (
    <>
      <Section title="Restore">
        <Paged
          name="Restore users"
          does="Makes users anew from their snapshots, where the storage of their objects was lost. Never over a user who is there, never one who was deleted."
          path="/v1/config/restore"
          place="cursor"
          counts={['restored', 'kept', 'deleted', 'unreadable']}
        />
      </Section>
      <Section
        title="A bundle"
        acts={
          <Act
            name="Import user"
            does="Makes the user of a sealed bundle, where there is none of that id. It opens only where the same VAULT_KEY is."
            fields={[{ name: 'bundle', label: 'Bundle (JSON)', type: 'textarea', required: true }]}
            request={({ bundle = '' }) => ({
              path: '/v1/config/import',
              body: { bundle: jsonIn(bundle) },
            })}
          />
        }
      >
        <p>A user’s own screen saves one, under “Keys and limits”.</p>
      </Section>
      <Section title="Reseal">
        <Paged
          name="Reseal secrets"
          does="Seals all secrets again with the first key of VAULT_KEY: step 2 of changing it."
          path="/v1/config/reseal"
          place="after"
          counts={['users', 'resealed', 'unreadable']}
        />
      </Section>
      <Section title="Users of the fork">
        <Fork />
      </Section>
    </>
  )
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error('Bundle: this is no JSON.')
  }
}
