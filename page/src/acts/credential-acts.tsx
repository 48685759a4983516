import { brief } from '../format.ts'
import type { Credential } from '../wire.ts'
import { Act } from './act.tsx'
import { credentialPath } from './paths.ts'
import { listIn } from './settings.ts'
import { Verdicts } from './verdicts.tsx'

export interface CredentialActsProps {
  readonly id: string
  readonly credential: Credential
  readonly onDone: () => void
}

export function CredentialActs({ id, credential, onDone }: CredentialActsProps) {
  const { label, paused_until: paused } = credential
  const name = label ?? brief(credential.id)
  const path = credentialPath(id, credential.id)
  const patch = (body: unknown) => ({ method: 'PATCH', path, body })
  return (
    <div class="acts">
      <Act
        name="Verify"
        of={name}
        does="Asks Google about this credential, without generating anything."
        request={() => ({ method: 'POST', path: `${path}/verify` })}
        shows={(answer) => <Verdicts answer={answer} />}
        onDone={onDone}
      />
      <Act
        name="Reset"
        of={name}
        does="Ends its quarantine and its cooldowns now. Where Google still refuses it, it is back in them after one request."
        request={() => ({ method: 'POST', path: `${path}/reset` })}
        onDone={onDone}
      />
      {paused === null ? (
        <Act
          name="Pause"
          of={name}
          does="It serves nothing until then."
          fields={[{ name: 'until', label: 'Until', type: 'datetime-local', required: true }]}
          request={({ until = '' }) => patch({ paused_until: new Date(until).toISOString() })}
          onDone={onDone}
        />
      ) : (
        <Act
          name="Go on"
          of={name}
          does="Ends its pause: it serves again."
          request={() => patch({ paused_until: null })}
          onDone={onDone}
        />
      )}
      <Act
        name="Edit"
        of={name}
        does="Changes its name, its tier, and which models it is kept for."
        fields={[
          { name: 'label', label: 'Name', value: label ?? '' },
          {
            name: 'priority',
            label: 'Tier',
            type: 'number',
            required: true,
            value: String(credential.priority),
            hint: 'The lowest tier that can serve serves.',
          },
          {
            name: 'models',
            label: 'Models',
            value: credential.allowed_models?.join(', ') ?? '',
            hint: 'Empty: all. Else names with commas between.',
          },
        ]}
        request={({ label: typed = '', priority, models = '' }) =>
          patch({
            label: typed.trim() === '' ? null : typed.trim(),
            priority: Number(priority),
            models: listIn(models),
          })
        }
        onDone={onDone}
      />
      <Act
        name="Remove"
        of={name}
        danger
        does="Takes it out of the ring. Its counters stay. It comes back only when its secret is posted again."
        request={() => ({ method: 'DELETE', path })}
        onDone={onDone}
      />
    </div>
  )
}
