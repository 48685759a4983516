const number = new Intl.NumberFormat()
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
/** Significant digits, since a chat costs fractions of a cent. */
const cents = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 3,
})
const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export const count = (value: number): string => number.format(value)
export const compact = (value: number): string => short.format(value)
export const money = (value: number): string =>
  value === 0 || value >= 1 ? dollars.format(value) : cents.format(value)
export const moment = (iso: string): string => time.format(new Date(iso))

export const duration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${number.format(Math.round(ms / 100) / 10)} s`

/** `rate_limit` becomes "rate limit". */
export const words = (name: string): string => name.replaceAll('_', ' ')

/** How long until an instant: "2 d 4 h", "3 h 12 min", "4:09". */
export function until(iso: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(iso) - now) / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  if (hours > 0) return `${hours} h ${minutes % 60} min`
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`
}

/** The beginning of an id, enough to distinguish it from others. */
export const brief = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 10)}…`)
