const MAX_LENGTH = 2000

/**
 * The first of Google's addresses that is safe to show to the owner of an account: https, on google.com. The owner is
 * about to sign in there, so any other address in an error is left out.
 */
export function ownerLink(addresses: readonly (string | undefined)[]): string | null {
  for (const address of addresses) {
    const url = address === undefined ? null : URL.parse(address)
    if (url !== null && isGoogles(url)) return url.href
  }
  return null
}

function isGoogles({ protocol, hostname, port, username, password, href }: URL): boolean {
  const isPlain = port === '' && username === '' && password === '' && href.length <= MAX_LENGTH
  return protocol === 'https:' && isPlain && /^(?:[\w-]+\.)*google\.com$/.test(hostname)
}
