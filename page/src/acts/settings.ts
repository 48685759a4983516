import type { User } from '../wire.ts'
import type { Field, Values } from './field.tsx'

/** A user's settings, as fields of a form and as the API takes them. */
export function settingFields(user: User | null): readonly Field[] {
  return [
    { name: 'label', label: 'Name', value: user?.label ?? '' },
    {
      name: 'plan',
      label: 'Plan',
      value: user?.plan ?? '',
      hint: 'Empty: none. What a plan sets goes before what is set here.',
    },
    {
      name: 'mode',
      label: 'Mode',
      type: 'select',
      options: ['sticky', 'round_robin', 'least_used'],
      value: user?.mode ?? 'sticky',
    },
    {
      name: 'affinity',
      label: 'A conversation keeps to a credential of its own',
      type: 'checkbox',
      value: user?.affinity ?? false,
    },
    { name: 'disabled', label: 'Disabled', type: 'checkbox', value: user?.disabled ?? false },
    {
      name: 'expires_at',
      label: 'Expires',
      value: user?.expires_at ?? '',
      hint: 'Empty: never. 2027-01-31, an ISO time, or 30d, 12h from now.',
    },
    {
      name: 'models',
      label: 'Models',
      value: user?.models?.join(', ') ?? '',
      hint: 'Empty: all. Else names with commas between.',
    },
    { name: 'aliases', label: 'Aliases (JSON)', value: JSON.stringify(user?.aliases ?? {}) },
    { name: 'fallbacks', label: 'Fallbacks (JSON)', value: JSON.stringify(user?.fallbacks ?? {}) },
    {
      name: 'reasoning_format',
      label: 'Where thoughts go',
      type: 'select',
      options: ['', 'reasoning_content', 'reasoning', 'think_tags', 'none'],
      value: user?.reasoning_format ?? '',
    },
    {
      name: 'safety_settings',
      label: 'Safety settings (JSON)',
      value: JSON.stringify(user?.safety_settings ?? []),
    },
    {
      name: 'media_uris',
      label: 'Addresses of media that may be read (JSON)',
      value: JSON.stringify(user?.media_uris ?? []),
      hint: 'What gs:// addresses begin with: ["gs://bucket/folder/"].',
    },
    {
      name: 'store_responses',
      label: 'Clients may have responses stored',
      type: 'checkbox',
      value: user?.store_responses ?? true,
    },
  ]
}

/** The settings in which the form differs from the user. Throws an Error that names the field. */
export function settingsIn(values: Values, user: User | null): Record<string, unknown> {
  const before = Object.fromEntries(
    settingFields(user).map(({ name, value }) => [
      name,
      typeof value === 'boolean' ? (value ? 'true' : '') : (value ?? ''),
    ]),
  )
  const changed = settingFields(user).filter(({ name }) => (values[name] ?? '') !== before[name])
  return Object.fromEntries(
    changed.map(({ name, type, label }) => [name, read(name, label, type, values[name] ?? '')]),
  )
}

const JSONS = ['aliases', 'fallbacks', 'safety_settings', 'media_uris']

function read(name: string, label: string, type: Field['type'], text: string): unknown {
  if (type === 'checkbox') return text === 'true'
  if (JSONS.includes(name)) return jsonIn(text, label)
  if (name === 'models') return listIn(text)
  return text.trim() === '' ? null : text.trim()
}

/** Names separated by commas; null if there are none. */
export function listIn(text: string): readonly string[] | null {
  const names = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return names.length === 0 ? null : names
}

function jsonIn(text: string, label: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error(`${label}: this is no JSON.`)
  }
}
