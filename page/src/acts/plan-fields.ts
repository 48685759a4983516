import type { LimitsWire, Plan, PlanSettings } from '../../../src/wire/plans.ts'
import { words } from '../format.ts'
import type { Field, Values } from './field.tsx'

/** Entered for "no limit" and the like. An empty field leaves the setting to each user. */
const NONE = 'none'

const LIMITS = [
  'max_concurrency',
  'requests_per_minute',
  'tokens_per_minute',
  'requests_per_day',
  'tokens_per_day',
  'total_tokens',
  'usd_per_day',
  'usd_per_month',
  'usd_total',
] as const satisfies readonly (keyof LimitsWire)[]

const YES_OR_NO = ['affinity', 'store_responses'] as const
const JSONS = ['aliases', 'fallbacks', 'safety_settings', 'media_uris'] as const

/** A plan's settings as fields of a form. */
export function planFields(plan: Plan | null): readonly Field[] {
  const settings: PlanSettings & Readonly<Record<string, unknown>> = { ...plan?.settings }
  const json = (name: string): string =>
    settings[name] === undefined ? '' : JSON.stringify(settings[name])
  return [
    ...LIMITS.map((name): Field => {
      const limit = settings.limits?.[name]
      return {
        name,
        label: inWords(name),
        value: limit === undefined ? '' : limit === null ? NONE : String(limit),
        ...(name === LIMITS[0] && { hint: 'Empty: each user’s own. “none”: no limit.' }),
      }
    }),
    {
      name: 'models',
      label: 'Models',
      value: settings.models === null ? NONE : (settings.models?.join(', ') ?? ''),
      hint: 'Empty: each user’s own. “none”: no list, so all. Else names with commas between.',
    },
    {
      name: 'mode',
      label: 'Mode',
      type: 'select',
      options: ['', 'sticky', 'round_robin', 'least_used'],
      value: settings.mode ?? '',
    },
    ...YES_OR_NO.map((name): Field => {
      const value = settings[name]
      return {
        name,
        label: name === 'affinity' ? 'Conversations keep to a credential' : 'Responses are stored',
        type: 'select',
        options: ['', 'yes', 'no'],
        value: value === undefined ? '' : value ? 'yes' : 'no',
      }
    }),
    {
      name: 'reasoning_format',
      label: 'Where thoughts go',
      type: 'select',
      options: ['', 'reasoning_content', 'reasoning', 'think_tags', NONE],
      value: settings.reasoning_format ?? '',
    },
    { name: 'aliases', label: 'Aliases (JSON)', value: json('aliases') },
    { name: 'fallbacks', label: 'Fallbacks (JSON)', value: json('fallbacks') },
    { name: 'safety_settings', label: 'Safety settings (JSON)', value: json('safety_settings') },
    { name: 'media_uris', label: 'Addresses of media (JSON)', value: json('media_uris') },
  ]
}

/** The settings of the form, as the API takes them. Throws an Error that names the field. */
export function planSettingsIn(values: Values): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  const limits = Object.fromEntries(
    LIMITS.flatMap((name) => {
      const text = (values[name] ?? '').trim()
      return text === '' ? [] : [[name, text === NONE ? null : numberIn(text, name)]]
    }),
  )
  if (Object.keys(limits).length > 0) settings['limits'] = limits
  const models = (values['models'] ?? '').trim()
  if (models !== '') {
    settings['models'] = models === NONE ? null : models.split(/[\s,]+/).filter(Boolean)
  }
  for (const name of ['mode', 'reasoning_format']) {
    if (values[name]) settings[name] = values[name]
  }
  for (const name of YES_OR_NO) if (values[name]) settings[name] = values[name] === 'yes'
  for (const name of JSONS) {
    const text = (values[name] ?? '').trim()
    if (text !== '') settings[name] = jsonIn(text, name)
  }
  return settings
}

/** Such as `requests per day: 500; models: gemini-2.5-flash`. */
export function planInWords({ settings }: Plan): string {
  const { limits = {}, ...others } = settings
  return [...Object.entries(limits), ...Object.entries(others)]
    .map(([name, value]) => {
      const told = typeof value === 'object' && value !== null ? JSON.stringify(value) : value
      return `${inWords(name)}: ${told === null ? NONE : String(told)}`
    })
    .join('; ')
}

/** A limit's name for people: amounts of money are said to be dollars. */
export function inWords(name: string): string {
  return words(name).replace(/^usd\b/, 'dollars')
}

function numberIn(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`${inWords(name)}: this is no number.`)
  return value
}

function jsonIn(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error(`${words(name)}: this is no JSON.`)
  }
}
