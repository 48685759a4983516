import type { Price } from '../wire.ts'
import type { Field, Values } from './field.tsx'

const REQUIRED = [
  ['in', 'In'],
  ['cached', 'Cached'],
  ['out', 'Out, thoughts too'],
] as const

const LONG = [
  ['in', 'In above 200,000 tokens'],
  ['cached', 'Cached above 200,000 tokens'],
  ['out', 'Out above 200,000 tokens'],
] as const

const OTHERS = [
  ['audioIn', 'Audio in'],
  ['audioCached', 'Audio, cached'],
  ['imageIn', 'Images in'],
  ['videoIn', 'Video in'],
  ['imageOut', 'Images out'],
  ['audioOut', 'Audio out'],
] as const

/** A price as fields of a form, in dollars for a million tokens. */
export function priceFields(price: Price | null): readonly Field[] {
  const told = (value: number | undefined): string => (value === undefined ? '' : String(value))
  return [
    {
      name: 'model',
      label: 'Model',
      required: true,
      value: price?.model ?? '',
      hint: 'The model that answers, such as gemini-2.5-pro. All others in dollars for a million tokens.',
    },
    ...REQUIRED.map(([name, label]) => ({
      name,
      label,
      required: true,
      value: told(price?.[name]),
    })),
    { name: 'from', label: 'From the day', value: price?.from ?? '', hint: 'UTC. Empty: always.' },
    {
      name: 'until',
      label: 'Until before the day',
      value: price?.until ?? '',
      hint: 'Empty: for good.',
    },
    ...LONG.map(([name, label], index) => ({
      name: `long ${name}`,
      label,
      value: told(price?.long?.[name]),
      ...(index === 0 && { hint: 'Empty, all three: the same as below.' }),
    })),
    ...OTHERS.map(([name, label]) => ({ name, label, value: told(price?.[name]) })),
  ]
}

/** The price of the form, as the API takes it. Throws an Error that names the field. */
export function priceIn(values: Values): Price {
  const text = (name: string): string => (values[name] ?? '').trim()
  const number = (name: string, label: string): number => {
    const value = Number(text(name))
    if (text(name) === '' || !Number.isFinite(value))
      throw new Error(`${label}: this is no number.`)
    return value
  }
  const numbers = <Name extends string>(
    fields: readonly (readonly [Name, string])[],
    prefix = '',
  ) =>
    Object.fromEntries(
      fields.map(([name, label]) => [name, number(prefix + name, label)]),
    ) as Record<Name, number>
  const given = OTHERS.filter(([name]) => text(name) !== '')
  return {
    model: text('model'),
    ...numbers(REQUIRED),
    ...(text('from') !== '' && { from: text('from') }),
    ...(text('until') !== '' && { until: text('until') }),
    ...(LONG.some(([name]) => text(`long ${name}`) !== '') && { long: numbers(LONG, 'long ') }),
    ...numbers(given),
  }
}

/** The admin's prices with this one, in the place of `before`; first in the list if that is null. */
export function pricesWith(
  own: readonly Price[],
  before: Price | null,
  price: Price,
): readonly Price[] {
  return before === null ? [price, ...own] : own.map((one) => (one === before ? price : one))
}

export function pricesWithout(own: readonly Price[], price: Price): readonly Price[] {
  return own.filter((one) => one !== price)
}
