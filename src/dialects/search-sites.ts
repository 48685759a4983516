/** Google's search accepts no list of sites, so the model is asked in words to keep to it. */
interface Sites {
  readonly allowed: unknown
  readonly blocked: unknown
}

/** Null if the lists name no site. */
export function sitesNote({ allowed, blocked }: Sites, act: 'search' | 'read'): string | null {
  const [only, not] = [sitesIn(allowed), sitesIn(blocked)]
  const where = act === 'search' ? 'When you search the web' : 'When you read pages of the web'
  if (only !== null) return `${where}, use pages of these sites only: ${only}.`
  return not === null ? null : `${where}, use no pages of these sites: ${not}.`
}

const MAX_SITES = 100

function sitesIn(list: unknown): string | null {
  const sites = Array.isArray(list) ? list.filter((site) => typeof site === 'string') : []
  return sites.length === 0 ? null : sites.slice(0, MAX_SITES).join(', ')
}
