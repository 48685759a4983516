/**
 * Google's answers, one file each under `corpus/`, and the verdict on each (docs/google.md: Access tokens, Errors by
 * status).
 */
import { describe, expect, it } from 'vitest'
import type { Upstream } from '../../src/gemini/upstreams.ts'
import { FRONTS } from '../../src/upstreams/call.ts'
import { type Caller, classify } from '../../src/upstreams/classify.ts'
import { UpstreamEvents } from '../../src/upstreams/events.ts'
import { parseGoogleError, readGoogleError } from '../../src/upstreams/google-error.ts'
import { BY_REASON } from '../../src/upstreams/named-faults.ts'
import { readAnswer } from '../../src/upstreams/oauth.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'
import { OAUTH, VERDICTS } from './corpus/expected/index.ts'
import { type Answer, casesIn, readCase } from './corpus/read.ts'
import { NOW } from './corpus/verdicts.ts'

const FOLDERS = Object.entries(VERDICTS) as [Upstream, (typeof VERDICTS)[Upstream]][]
const CASES = FOLDERS.flatMap(([upstream, verdicts]) =>
  Object.entries(verdicts).map(([name, verdict]) => [upstream, name, verdict] as const),
)

function callerOf(upstream: Upstream, name: string): Caller {
  const isKey = upstream === 'gemini-api' || name.startsWith('express-')
  return { upstream, scheme: isKey ? 'api_key' : 'bearer' }
}

async function verdictOn(caller: Caller, { status, headers, body }: Answer): Promise<Verdict> {
  if (status !== 200) {
    return classify(caller, parseGoogleError(status, body, headers.get('retry-after')), NOW)
  }
  const isStream = headers.get('content-type') === 'text/event-stream'
  if (!isStream) return classify(caller, readGoogleError(200, JSON.parse(body)), NOW)
  const stream = new Blob([body]).stream()
  const events = new UpstreamEvents(stream, FRONTS[caller.upstream].unwrap)
  for (;;) {
    const { fault, done } = await events.next()
    if (fault !== null && fault.kind !== 'error') {
      return { kind: 'upstream_fault', reason: fault.kind }
    }
    if (fault !== null) return classify(caller, readGoogleError(200, fault.body), NOW)
    if (done) return { kind: 'ok' }
  }
}

describe('the corpus', () => {
  it.each([...FOLDERS, ['oauth', OAUTH] as const])(
    'has an expectation for every case of %s, and a case for every expectation',
    (folder, expected) => {
      expect(Object.keys(expected).sort()).toEqual(casesIn(folder).sort())
    },
  )

  it.each(FOLDERS)('names every case of %s by its status', (upstream, verdicts) => {
    for (const name of Object.keys(verdicts)) {
      expect(name).toMatch(new RegExp(`^(express-)?${readCase(upstream, name).status}-`))
    }
  })

  it('has a case for every reason that is known', () => {
    const bodies = CASES.map(([upstream, name]) => readCase(upstream, name).body).join('')
    for (const reason of BY_REASON.keys()) expect(bodies).toContain(`"${reason}"`)
  })
})

describe('classify', () => {
  it.each(CASES)('tells %s %s', async (upstream, name, verdict) => {
    expect(await verdictOn(callerOf(upstream, name), readCase(upstream, name))).toEqual(verdict)
  })

  // The forms of docs/google.md (Forms of an error), each applied to every answer that is an error in JSON.
  const DISGUISES: readonly (readonly [string, (body: string) => string])[] = [
    ['in an array', (body) => `[${body}]`],
    ['in an array after parts of an answer', (body) => `[{"candidates":[]},${body}]`],
    ['in the message of another error', (body) => JSON.stringify({ error: { message: body } })],
    ['as a string', (body) => JSON.stringify(body)],
    ['with commas too many', (body) => `[,${body},,\n]`],
    ['with spaces that do not break', (body) => body.replace(/\n {2}/g, '\n\u00a0\u00a0')],
    ['with line ends of Windows', (body) => body.replaceAll('\n', '\r\n')],
  ]
  it.each(DISGUISES)('tells the same of an error %s', async (_, disguise) => {
    for (const [upstream, name, verdict] of CASES) {
      const answer = readCase(upstream, name)
      if (answer.status === 200 || !isEnvelope(answer.body)) continue
      const disguised = { ...answer, body: disguise(answer.body) }
      const told = await verdictOn(callerOf(upstream, name), disguised)
      expect({ upstream, name, told }).toEqual({ upstream, name, told: verdict })
    }
  })

  it('tells the same of an error inside a 200 stream', async () => {
    for (const [upstream, name, verdict] of CASES) {
      const answer = readCase(upstream, name)
      if (answer.status === 200 || answer.headers.has('retry-after')) continue
      if (!isEnvelope(answer.body)) continue
      const body = `data: ${JSON.stringify(JSON.parse(answer.body))}\r\n\r\n`
      const headers = new Headers({ 'content-type': 'text/event-stream' })
      const told = await verdictOn(callerOf(upstream, name), { status: 200, headers, body })
      expect({ upstream, name, told }).toEqual({ upstream, name, told: verdict })
    }
  })
})

describe('readAnswer', () => {
  it.each(Object.entries(OAUTH))('tells %s of the token endpoint', (name, result) => {
    const { status, body } = readCase('oauth', name)
    expect(readAnswer(status, body, NOW)).toEqual(result)
  })
})

/** Whether a body is in the usual form, which can be changed into the others. */
function isEnvelope(body: string): boolean {
  try {
    const parsed = JSON.parse(body) as { error?: unknown } | null
    return typeof parsed?.error === 'object' && !Array.isArray(parsed)
  } catch {
    return false
  }
}
