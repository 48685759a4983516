import { Act } from './act.tsx'
import { NewKey } from './new-key.tsx'
import { settingFields, settingsIn } from './settings.ts'

export function NewUser({ onDone }: { readonly onDone: () => void }) {
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
