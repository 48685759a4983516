import { asObject, parse } from '../../failure/check.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import { ownedInJson } from '../../gemini/media/owned-uris.ts'
import { isRecord } from '../../json/record.ts'
import { membersAt } from '../../json/value-spans.ts'
import { modelName } from '../model-name.ts'
import type { CountDialect } from '../count-dialect.ts'
import { fieldOf, spanOf } from './fields.ts'
import { noModel } from './index.ts'
import { cacheOfNoProject, needsOf, nonTakers, paramsOf, pinsOf } from './needs.ts'
import { withStepsTogether } from './steps.ts'
import { tidied, TIDYING } from './tidying.ts'
import { write } from './write.ts'

/** `models/{model}:countTokens`: the body has contents alone, or a whole request in `generateContentRequest`. */
export const GEMINI_COUNT: CountDialect = {
  read({ body: { text, value }, params }) {
    const model = parse(modelName(), params['model'])
    if (!model.ok) return { ok: false, failure: noModel(params['model'] ?? '') }
    const body = asObject(value)
    if (!body.ok) return body
    const wrapped = fieldOf(body.value, 'generateContentRequest')
    const inner = isRecord(wrapped) ? wrapped : body.value
    const failure = cacheOfNoProject(inner)
    if (failure !== null) return { ok: false, failure }
    const span = isRecord(wrapped) ? spanOf(text, 0, 'generateContentRequest') : undefined
    const json = span === undefined ? text : text.slice(span.start, span.end)
    const given = { text: json, value: inner }
    const { text: tidy, value: request } = tidied(given, [...TIDYING, withStepsTogether])
    const needs = needsOf(tidy, request)
    return {
      ok: true,
      model: model.value,
      unfit: nonTakers(needs),
      unfitFor: paramsOf(needs),
      pins: pinsOf(needs),
      uris: ownedInJson(request, tidy),
      write: (target) =>
        toCount(write({ model: model.value, text: tidy, body: request }, { target, safety: [] }), {
          target,
          isWhole: span !== undefined || hasMore(request),
        }),
      tell: ({ text: answer }) => answer,
    }
  },
}

const MORE = [
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'cachedContent',
]

/** Whether there is more to a request than contents, as Vertex AI's clients send it: without `generateContentRequest`. */
function hasMore(request: Record<string, unknown>): boolean {
  return MORE.some((name) => fieldOf(request, name) !== undefined)
}

/** The fields that count at those two, in either spelling. All others would be refused. */
const COUNTED: Readonly<Record<'vertex' | 'code-assist', RegExp>> = {
  vertex: /^(?:contents|system(?:I|_i)nstruction|tools|generation(?:C|_c)onfig)$/,
  'code-assist': /^contents$/,
}

/**
 * Each upstream accepts another form: the Gemini API contents alone or a whole request with its model, Vertex AI a
 * request without its model and settings, Code Assist contents.
 */
function toCount(
  json: string,
  { target, isWhole }: { readonly target: Target; readonly isWhole: boolean },
): string {
  const { upstream, model } = target
  const kept = membersAt(json, 0).filter(({ key }) =>
    upstream === 'gemini-api' ? key !== 'model' : COUNTED[upstream].test(key),
  )
  const members = kept.map(({ start, end }) => json.slice(start, end))
  if (upstream !== 'gemini-api') return `{${members.join(',')}}`
  if (!isWhole) return json
  const name = `"model":${JSON.stringify(`models/${model}`)}`
  return `{"generateContentRequest":{${[name, ...members].join(',')}}}`
}
