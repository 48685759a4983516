/** Places in a list over several credentials, and the tokens by which clients name them. */

/** Where a list goes on: with which credential, and Google's own token for that credential's list. */
export interface Place {
  readonly credentialId: string
  readonly token: string
  /**
   * The credentials before. Their place in the ring does not say which they are: the ring may be put in another order, or
   * lose a credential, while a client goes from page to page.
   */
  readonly done: readonly string[]
}

/**
 * Where to begin. If the credential of the place cannot be asked any more, the list goes on with the next, as a list that
 * begins now would pass it over. Null: nothing is left.
 */
export function placeFrom(place: Place | null, lenders: readonly string[]): Place | null {
  if (place !== null && lenders.includes(place.credentialId)) return place
  return firstOf(lenders, place?.done ?? [])
}

/** The place after a page. `token`: Google's own token for its next page, if it named one. */
export function nextOf(
  token: unknown,
  { credentialId, done }: Place,
  lenders: readonly string[],
): Place | null {
  if (typeof token === 'string' && token !== '') return { credentialId, token, done }
  return firstOf(lenders, [...done, credentialId])
}

function firstOf(lenders: readonly string[], done: readonly string[]): Place | null {
  const next = lenders.find((id) => !done.includes(id))
  return next === undefined ? null : { credentialId: next, token: '', done }
}

export function tokenFor({ credentialId, token, done }: Place): string {
  return new TextEncoder()
    .encode(JSON.stringify([credentialId, token, ...done]))
    .toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Null: start at the beginning. Undefined: not a token of Pollux's. */
export function placeIn(text: string): Place | null | undefined {
  if (text === '') return null
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' })
    const words = JSON.parse(new TextDecoder().decode(bytes)) as unknown[]
    const [credentialId, token, ...done] = words.filter((word) => typeof word === 'string')
    return words.length === done.length + 2 && credentialId !== undefined && token !== undefined
      ? { credentialId, token, done }
      : undefined
  } catch {
    return undefined
  }
}
