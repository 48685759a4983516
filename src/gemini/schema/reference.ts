import { isRecord } from '../../json/record.ts'

/** What a `$ref` within a document points to (RFC 6901); undefined if there is nothing, or if it points outside. */
export function resolve(root: unknown, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let value = root
  for (const step of reference.slice(2).split('/')) {
    const key = unescape(step)
    if (Array.isArray(value)) value = value[Number(key)]
    else value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }
  return value
}

function unescape(step: string): string {
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(key)
  } catch {
    return key // the percent sign stands for itself
  }
}
