import { useState } from 'preact/hooks'
import { Act } from '../acts/act.tsx'
import { Fork } from '../acts/fork.tsx'
import { Paged } from '../acts/paged.tsx'
import { send } from '../api.ts'
import { Problem, Section } from '../pieces.tsx'
import { role, version } from '../session.ts'
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
        <p>Version {version.value}.</p>
        <p>
          <a href="/openapi.json">The API in OpenAPI</a>
        </p>
      </Section>
      {role.value === 'admin' && (
        <>
          <Metrics />
          <Recovery />
        </>
      )}
    </>
  )
}

/** The text that Prometheus gets, to see which metrics exist. */
function Metrics() {
  const [text, setText] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const look = async (): Promise<void> => {
    setError(null)
    try {
      setText(await (await send({ path: '/metrics' })).text())
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  return (
    <Section
      title="Metrics"
      acts={
        <button type="button" onClick={() => void look()}>
          Show metrics
        </button>
      }
    >
      <p>
        Prometheus reads them at <code>/metrics</code>, with <code>METRICS_TOKEN</code> as bearer.
      </p>
      <Problem error={error} />
      {text !== '' && <pre>{text}</pre>}
    </Section>
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
            fields={[
              {
                name: 'bundle',
                label: 'Bundle: paste it, or drop the file here',
                type: 'textarea',
                required: true,
              },
            ]}
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
