import * as v from 'valibot'
import { readText } from '../http/read-text.ts'
import { lazy } from '../lazy.ts'

const A = 1
const AAAA = 28
const MAX_REPLY_BYTES = 65_536

/** DNS over HTTPS in JSON (developers.cloudflare.com/1.1.1.1/encryption/dns-over-https). */
const reply = lazy(() =>
  v.object({
    Status: v.number(),
    Answer: v.optional(v.array(v.object({ type: v.number(), data: v.string() })), []),
  }),
)

/** All addresses of a name that the resolver knows. Rejects if the resolver does not answer. */
export async function lookUp(
  name: string,
  resolverUrl: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answers = await Promise.all([A, AAAA].map((type) => ask(name, type, resolverUrl, signal)))
  return answers.flat()
}

async function ask(
  name: string,
  type: number,
  resolverUrl: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const url = new URL(resolverUrl)
  url.searchParams.set('name', name)
  url.searchParams.set('type', String(type))
  const headers = { accept: 'application/dns-json' }
  const response = await fetch(url, { headers, redirect: 'manual', signal })
  if (!response.ok) throw new Error(`The DNS resolver answered ${response.status}.`)
  // For an alias, the answer lists its whole chain; only the records at the end of it are addresses.
  const { Answer } = v.parse(reply(), JSON.parse((await readText(response, MAX_REPLY_BYTES)) ?? ''))
  return Answer.filter((record) => record.type === type).map(({ data }) => data)
}
