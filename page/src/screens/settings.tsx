import { Act } from '../acts/act.tsx'
import { NewKey } from '../acts/new-key.tsx'
import { inWords } from '../acts/plan-fields.ts'
import { pathOf } from '../acts/paths.ts'
import { settingFields, settingsIn } from '../acts/settings.ts'
import { Countdown, Section, Table, Time } from '../pieces.tsx'
import type { User } from '../wire.ts'
import { inFigures } from './meters.tsx'
import { Export } from '../acts/export.tsx'

interface SettingsProps {
  readonly user: User
  readonly onDone: () => void
}

export function Settings({ user, onDone }: SettingsProps) {
  return (
    <>
      <Keys user={user} onDone={onDone} />
      <Limits user={user} onDone={onDone} />
      <OtherSettings user={user} onDone={onDone} />
      <TheUser user={user} onDone={onDone} />
    </>
  )
}

function Keys({ user, onDone }: SettingsProps) {
  return (
    <Section
      title="Keys"
      acts={
        <Act
          name="New key"
          does="Makes a key, which is shown this once. The one before works for as long as you say; with 0 every earlier key is refused at once."
          fields={[
            {
              name: 'grace',
              label: 'Seconds the key before still works',
              type: 'number',
              required: true,
              value: '86400',
              hint: '0 where a key has leaked; at most 2592000 (30 days).',
            },
          ]}
          request={({ grace }) => ({
            path: `${pathOf(user.id)}/key`,
            body: { grace_seconds: Number(grace) },
          })}
          shows={(answer) => <NewKey answer={answer} />}
          onDone={onDone}
        />
      }
    >
      <Table
        caption="Valid keys"
        columns={['Key', 'Made', 'Ends']}
        rows={user.keys.map((key, index) => ({
          id: String(index),
          cells: [
            key.hint === null ? 'chosen by an admin' : `…${key.hint}`,
            <Time at={key.created_at} />,
            key.ends_at === null ? 'never' : <Countdown to={key.ends_at} />,
          ],
        }))}
      />
    </Section>
  )
}

function Limits({ user, onDone }: SettingsProps) {
  const limits = Object.entries({ ...user.limits })
  return (
    <Section
      title="Limits"
      acts={
        <Act
          name="Change limits"
          does="Sets the limits; an empty field takes one away. Days are those of UTC."
          fields={limits.map(([name, value]) => ({
            name,
            label: inWords(name),
            // Dollars may have a decimal point, which a field of type number refuses by default.
            type: name.startsWith('usd') ? 'text' : 'number',
            value: value === null ? '' : String(value),
          }))}
          request={(values) => ({
            method: 'PATCH',
            path: pathOf(user.id),
            body: {
              limits: Object.fromEntries(
                limits.map(([name]) => [name, values[name] ? Number(values[name]) : null]),
              ),
            },
          })}
          onDone={onDone}
        />
      }
    >
      {user.plan !== null && (
        <p>
          This user has the plan <a href="#/plans">{user.plan}</a>: what it sets goes before the
          user’s own.
        </p>
      )}
      <Table
        caption="Limits"
        columns={['Limit', 'Value']}
        rows={limits.map(([name, value]) => ({
          id: name,
          cells: [inWords(name), value === null ? 'none' : inFigures(name, value)],
        }))}
      />
    </Section>
  )
}

function OtherSettings({ user, onDone }: SettingsProps) {
  return (
    <Section
      title="Settings"
      acts={
        <Act
          name="Change settings"
          does="Changes what you change here, from the very next request on."
          fields={settingFields(user)}
          request={(values) => ({
            method: 'PATCH',
            path: pathOf(user.id),
            body: settingsIn(values, user),
          })}
          onDone={onDone}
        />
      }
    >
      <Table
        caption="Settings"
        columns={['Setting', 'Value']}
        rows={settingFields(user).map(({ name, label, value }) => ({
          id: name,
          cells: [label, typeof value === 'boolean' ? (value ? 'yes' : 'no') : value || '–'],
        }))}
      />
    </Section>
  )
}

function TheUser({ user, onDone }: SettingsProps) {
  const path = pathOf(user.id)
  const name = user.label ?? user.id
  return (
    <Section
      title="The user"
      acts={
        <>
          <Export id={user.id} />
          <Act
            name={user.disabled ? 'Enable' : 'Disable'}
            danger={!user.disabled}
            does={
              user.disabled
                ? 'The user’s requests are served again.'
                : 'Every request of the user is refused with 403 from the very next one on.'
            }
            request={() => ({ method: 'PATCH', path, body: { disabled: !user.disabled } })}
            onDone={onDone}
          />
          <Act
            name="Delete user"
            danger
            does="For good: no key of this user works again, and the ring is gone. The audit stays."
            fields={[
              {
                name: 'confirm',
                label: `Type “${name}” to confirm`,
                required: true,
                exactly: name,
              },
            ]}
            request={() => ({ method: 'DELETE', path })}
            onDone={() => {
              location.hash = '#/'
            }}
          />
        </>
      }
    >
      <p>
        Id <code>{user.id}</code>, made <Time at={user.created_at} />.
      </p>
    </Section>
  )
}
