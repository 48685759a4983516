import type { Dialect, Sent, Understood } from '../../dialects/dialect.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import { readForm } from '../../http/multipart.ts'
import { parseWithLongTexts } from '../../json/long-numbers.ts'
import { checked } from '../access.ts'
import { type Call, type Reply, urlOf } from '../call.ts'
import { readCutServiceBody } from './call-journey.ts'
import { memoryOf } from './memory.ts'

type Asking =
  | { readonly ok: true; readonly understood: Understood; readonly cuttings: Cuttings }
  | { readonly ok: false; readonly reply: Reply }

/** The client's request as the dialect understands it, or the answer to give instead. */
export async function read(dialect: Dialect, call: Call, holder: KeyHolder): Promise<Asking> {
  if (dialect.sends === 'form') {
    const form = await readForm(call.request, call.settings.maxBodyBytes, holder.userId)
    if (!form.ok) return { ok: false, reply: await checked(call, holder, form.failure) }
    const understood = await dialect.read(sentOf(call, holder, form.form, Cuttings.NONE))
    return asking(call, holder, { understood, cuttings: Cuttings.NONE })
  }
  const body = await readCutServiceBody(call, holder)
  if (!body.ok) return body
  if (dialect.sends === 'cut_text') {
    const { text, value, cuttings } = body
    const understood = await dialect.read(sentOf(call, holder, { text, value }, cuttings))
    return asking(call, holder, { understood, cuttings })
  }
  const isCut = dialect.sends === 'cut_json'
  const cuttings = isCut ? body.cuttings : Cuttings.NONE
  const value = isCut ? body.value : body.cuttings.uncut(body.value)
  const sent = sentOf(call, holder, value, cuttings)
  const { text } = body
  const understood = await dialect.read(
    isCut ? { ...sent, reread: () => parseWithLongTexts(text) } : sent,
  )
  return asking(call, holder, { understood, cuttings })
}

export function sentOf<Body>(
  call: Call,
  holder: KeyHolder,
  body: Body,
  cuttings: Cuttings,
): Sent<Body> {
  const { request, params, settings } = call
  const query = (): URLSearchParams => urlOf(call).searchParams
  const memory = memoryOf(call, holder)
  return { body, cuttings, params, headers: request.headers, query, settings, memory }
}

async function asking(
  call: Call,
  holder: KeyHolder,
  {
    understood,
    cuttings,
  }: {
    readonly understood: Awaited<ReturnType<Dialect['read']>>
    readonly cuttings: Cuttings
  },
): Promise<Asking> {
  return understood.ok
    ? { ok: true, understood, cuttings }
    : { ok: false, reply: await checked(call, holder, understood.failure) }
}
