import type { Stats } from '../wire.ts'
import { Act } from './act.tsx'
import { Import } from './import.tsx'
import { pathOf } from './paths.ts'
import { Verdicts } from './verdicts.tsx'

export interface RingActsProps {
  readonly id: string
  readonly ring: Stats['ring']
  readonly onDone: () => void
}

export function RingActs({ id, ring, onDone }: RingActsProps) {
  const { credentials, pin } = ring
  const ids = credentials.map((one) => one.id)
  return (
    <>
      <Import id={id} onDone={onDone} />
      {credentials.length > 0 && (
        <>
          <Act
            name="Rotate"
            does="Moves the ring's cursor one on: the next request goes to the next credential."
            request={() => ({ path: '/v1/config/rotate', body: { user: id } })}
            onDone={onDone}
          />
          <Act
            name="Test all"
            does="Asks Google about each credential, without generating anything. One that Google takes again leaves its quarantine."
            request={() => ({ path: '/v1/test', body: { user: id } })}
            shows={(answer) => <Verdicts answer={answer} />}
            onDone={onDone}
          />
          <Act
            name="Test tokens"
            does="Asks Google for an access token for each credential, and nothing else."
            request={() => ({ path: '/v1/token-test', body: { user: id } })}
            shows={(answer) => <Verdicts answer={answer} />}
          />
          <Act
            name="Reorder"
            does="Sets the order in which the ring turns."
            fields={[
              {
                name: 'order',
                label: 'Credentials, one a line',
                type: 'textarea',
                required: true,
                value: credentials.map((one) => `${one.id} ${one.label ?? ''}`.trim()).join('\n'),
                hint: 'Move the lines. What stands behind an id is for you alone.',
              },
            ]}
            request={({ order = '' }) => ({
              method: 'PUT',
              path: `${pathOf(id)}/credentials/order`,
              body: {
                credentials: order
                  .split('\n')
                  .map((line) => line.trim().split(' ')[0] ?? '')
                  .filter((first) => first !== ''),
              },
            })}
            onDone={onDone}
          />
          <Act
            name="Pin"
            does="Only this credential serves until then, whatever becomes of it."
            fields={[
              {
                name: 'credential',
                label: 'Credential',
                type: 'select',
                options: ids,
                required: true,
              },
              { name: 'until', label: 'Until', type: 'datetime-local', required: true },
            ]}
            request={({ credential, until = '' }) => ({
              path: `${pathOf(id)}/pin`,
              body: { credential, until: new Date(until).toISOString() },
            })}
            onDone={onDone}
          />
        </>
      )}
      {pin !== null && (
        <Act
          name="Unpin"
          does="All credentials of the ring serve again."
          request={() => ({ method: 'DELETE', path: `${pathOf(id)}/pin` })}
          onDone={onDone}
        />
      )}
    </>
  )
}
