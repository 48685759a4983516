import type { Failure } from '../../failure/failure.ts'
import { checked } from '../access.ts'
import type { Handler, Unanswered } from '../call.ts'

/**
 * Makes the handler of Google's `models/{model}:{method}`. The last colon separates the two, since a model's name may
 * contain one. The method's handler finds the model as the parameter `model`.
 */
export function modelCall(methods: Readonly<Record<string, Handler>>): Handler {
  return (call, holder) => {
    const named = call.params['call'] ?? ''
    const at = named.lastIndexOf(':')
    const model = at === -1 ? named : named.slice(0, at)
    const method = named.slice(at + 1)
    if (at === -1) return checked(call, holder, noMethod(methods))
    const handle = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (handle === undefined) return checked(call, holder, notServed(method))
    if (model.startsWith('tunedModels/')) return checked(call, holder, TUNED)
    return handle({ ...call, params: { ...call.params, model } }, holder)
  }
}

/**
 * Makes the handler for GET of one model. A browser, or curl without a body, asks a method of a model so, and would be told
 * that there is no such model.
 */
export function describedModel(describe: Handler): Handler {
  return async (call, holder) => {
    const named = call.params['id'] ?? ''
    if (/\/operations(?:\/|$)/.test(named)) return checked(call, holder, OPERATIONS)
    const described = await describe(call, holder)
    // An alias may have a colon, too.
    const isUnknown = !(described instanceof Response) && described.reason === 'model_not_found'
    return isUnknown && METHOD.test(named) ? ONLY_POST : described
  }
}

const METHOD = /:[a-z]+(?:[A-Z]\w*)?$/

const ONLY_POST: Unanswered = {
  reason: 'method_not_allowed',
  message: 'Not allowed to GET here: a model is asked with POST, and a body in JSON.',
  headers: new Headers({ allow: 'POST' }),
}

const OPERATIONS: Failure = {
  reason: 'not_served',
  message: 'Pollux does not serve /operations: operations belong to one project.',
}

const TUNED: Failure = {
  reason: 'not_served',
  message: 'Pollux does not serve tuned models: they belong to one project.',
}

function noMethod(methods: object): Failure {
  return {
    reason: 'unknown_url',
    message: `A model is asked with a method, such as models/gemini-2.5-flash:generateContent; there are: ${Object.keys(methods).join(', ')}.`,
  }
}

function notServed(method: string): Failure {
  return {
    reason: 'not_served',
    message: `Pollux does not serve models.${method.slice(0, 60)}.`,
  }
}
