/** Calls a user's object as the gateway does, and does nothing else: a lease, and then its settlement. */
import type { LeaseRequest, Settlement } from '../../src/objects/ledger/lease.ts'
import type { UserObject } from './counted.ts'

interface Env {
  readonly USERS: DurableObjectNamespace<UserObject>
}

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const [, userId = '', method] = new URL(request.url).pathname.split('/')
    const user = env.USERS.getByName(userId)
    if (method === 'rows') return Response.json(await user.rowsWritten())
    const result = await user.lease(wanted(userId))
    if (!result.ok) return new Response(result.reason, { status: 503 })
    const { access: _access, ...lease } = result.lease
    ctx.waitUntil(user.settle({ ...SETTLEMENT, lease }))
    return new Response()
  },
} satisfies ExportedHandler<Env>

function wanted(keyDigest: string): LeaseRequest {
  return {
    keyDigest,
    requestId: `req_${crypto.randomUUID()}`,
    attempt: 1,
    model: 'gemini-2.5-flash',
    tried: [],
    avoid: [],
    session: null,
    patienceMs: 60_000,
    estimatedTokens: 1000,
  }
}

const SETTLEMENT: Omit<Settlement, 'lease'> = {
  verdict: { kind: 'ok' },
  status: 200,
  tokens: { prompt: 9, cached: 0, output: 12, reasoning: 0, toolUse: 0 },
  request: 'ok',
}
