/** Gemini's own API. A request in Google's format goes to Google unchanged, through the ring. */
import type { Failure } from '../../failure/failure.ts'
import { asObject, parse } from '../../failure/check.ts'
import { usesGooglesTools } from '../../gemini/googles-tools.ts'
import { ownedInJson } from '../../gemini/media/owned-uris.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { modelName } from '../model-name.ts'
import type { JsonText, Read, Sent, Telling, TextDialect, Written } from '../dialect.ts'
import { moduledNames, signaturesIn } from './calls.ts'
import { WholeEvents } from './characters.ts'
import { estimateOf, estimateOutput } from './estimate.ts'
import { fieldOf } from './fields.ts'
import { cacheOfNoProject, needsOf, nonTakers, paramsOf, pinsOf } from './needs.ts'
import { withStepsTogether } from './steps.ts'
import { CALL, callIdsIn } from './signatures.ts'
import { isAsMeant, leftOutFor } from './pivot.ts'
import { isPlainBody } from './plain.ts'
import { nativeStream } from './stream.ts'
import { withTakenParts } from './mend-parts.ts'
import { type Given, tidied, TIDYING } from './tidying.ts'
import { write } from './write.ts'

/** `models/{model}:generateContent` */
export const GEMINI_GENERATE: TextDialect = { sends: 'cut_text', read: (sent) => read(sent, false) }

/** `models/{model}:streamGenerateContent` */
export const GEMINI_STREAM: TextDialect = { sends: 'cut_text', read: (sent) => read(sent, true) }

function read(asked: Sent<JsonText>, stream: boolean): Read {
  const { body: sent, cuttings, params } = asked
  const model = parse(modelName(), params['model'])
  if (!model.ok) return { ok: false, failure: noModel(params['model'] ?? '') }
  const body = asObject(sent.value)
  if (!body.ok) return body
  const failure = cacheOfNoProject(body.value)
  if (failure !== null) return { ok: false, failure }
  return {
    ok: true,
    model: model.value,
    stream,
    conversation: null,
    choices: 1,
    kind: null,
    attachments: [],
    translate: () => {
      const query = asked.query()
      const isSse = stream && (query.get('alt') ?? query.get('$alt')) === 'sse'
      const lengthOf = (text: string): number => cuttings.lengthOf(text)
      const given = { text: sent.text, value: body.value }
      const taken = (text: string, value: Record<string, unknown>): string =>
        withTakenParts(text, value, cuttings)
      const tidy = tidied(given, [...TIDYING, taken, withStepsTogether])
      return writtenOf(model.value, tidy, { isSse, lengthOf, client: asked.headers })
    },
  }
}

interface Asking {
  readonly isSse: boolean
  readonly lengthOf: (text: string) => number
  /** The request's headers. */
  readonly client: Headers
}

function writtenOf(
  model: string,
  { text, value: body }: Given,
  { isSse, lengthOf, client }: Asking,
): Written {
  const needs = needsOf(text, body)
  const stops = fieldOf(fieldOf(body, 'generationConfig'), 'stopSequences')
  const hasCalls = CALL.test(text)
  const isContinued = fieldOf(body, 'continuationToken') !== undefined
  return {
    ok: true,
    order: 'as_written',
    estimatedTokens: estimateOf(text, body, lengthOf),
    estimatedOutput: estimateOutput(body),
    unfit: nonTakers(needs),
    unfitFor: paramsOf(needs),
    pins: pinsOf(needs),
    uris: ownedInJson(body, text),
    callIds: hasCalls ? callIdsIn(body['contents']) : [],
    // A model may begin with a stop sequence, and the rest of an answer may be empty.
    mayBeEmpty: (Array.isArray(stops) && stops.length > 0) || isContinued,
    isPlain: () => needs.length === 0 && !hasCalls && isPlainBody(body),
    usesTools: () => usesGooglesTools(body['tools']),
    write: (under) => write({ model, text, body }, under),
    ignored: (target) =>
      target === null || isAsMeant(model, target) ? [] : leftOutFor(target, body),
    telling: telling(isSse, client, moduledNames(body['tools'])),
  }
}

/** `declared`: the client's functions whose own names begin with the module's. */
function telling(isSse: boolean, client: Headers, declared: ReadonlySet<string>): Telling {
  return {
    whole: ([answer]) => ({
      ok: true,
      body: answer === undefined ? 'null' : wholeJson(answer, declared),
      contentType: 'application/json; charset=UTF-8',
      signatures: answer === undefined ? [] : [signaturesIn(answer.response)],
    }),
    stream: () => nativeStream(isSse, client, declared),
  }
}

function wholeJson(
  { response, text }: Parameters<Telling['whole']>[0][number],
  declared: ReadonlySet<string>,
): string {
  return text === undefined
    ? toWellFormedJson(response)
    : new WholeEvents(declared).json(response, text)
}

/** The family turns this into Google's words, by which gemini-cli recognises a missing model. */
export function noModel(name: string): Failure {
  return {
    reason: 'model_not_found',
    message: 'There is no such model.',
    model: name.slice(0, 128),
  }
}
