import type { Answer, Context, Told } from '../dialect.ts'
import { type Asked, headOf, keep, waits } from './answer/asked.ts'
import { standingOf } from './answer/ending.ts'
import { compactionJson, responseJson } from './answer/response.ts'
import { AnswerTelling } from './answer/telling.ts'
import { Ids } from './ids.ts'

/** Tells an answer that is complete. */
export function tellWhole(asked: Asked, answer: Answer, context: Context): Told | Promise<Told> {
  const ids = new Ids(context)
  const telling = new AnswerTelling(asked, answer, { ids, emit: null })
  telling.read(answer.response)
  const finished = telling.finish()
  if (!finished.ok) return { ok: false, failure: finished.failure, at: 0 }
  const { ended, output, usage } = finished
  const head = headOf(asked, ids, context, answer)
  const told = (store: boolean): Told => {
    const texts = output.map(({ text }) => text)
    const standing = standingOf(ended, { output: texts, usage, store })
    const body =
      asked.object === 'response' ? responseJson(head, standing) : compactionJson(head, standing)
    return { ok: true, body, contentType: 'application/json', signatures: [telling.signatures] }
  }
  if (!waits(asked, answer)) return told(false)
  const standing = standingOf(ended, { output: [], usage, store: true })
  return keep(asked, { head, ids, terms: answer, numbers: null }, standing, output).then(told)
}
