import { emulatedJson } from '../emulated-json.ts'
import type { Target } from '../fit/aim.ts'
import { isGemini, traitsOf } from '../models/traits.ts'
import { isGooglesOwn } from '../tools.ts'
import type { GenerateContentRequest, Tool } from '../types.ts'

/** What the reader of an answer needs to know of the request. */
export interface AnswerPlan extends Expectations {
  /** Whom a function call is for: the client, which declared functions, or Google's own tools, which have run by then. */
  readonly callee: 'client' | 'google' | 'nobody'
  /** The client's names of functions by those that Gemini was told; only where the two differ. */
  readonly functionNames: ReadonlyMap<string, string>
  /** False: only the first call of an answer is told. */
  readonly parallelToolCalls: boolean
}

/** What depends on who answers, and so is known under a lease only. */
export interface Expectations {
  /**
   * The function that stands in for JSON output where Google has none: its arguments are the answer. Null otherwise. If the model
   * answers in text, a code fence around it is taken off.
   */
  readonly answerFunction: string | null
  /** Whether all that is said may be needed once more at the end: Google's own tools quote it, and a sound comes with its words. */
  readonly keepsText: boolean
}

/** Of an answer to a request that asked for nothing special. */
export const PLAIN_ANSWER: AnswerPlan = {
  callee: 'nobody',
  functionNames: new Map(),
  parallelToolCalls: true,
  answerFunction: null,
  keepsText: false,
}

export function calleeOf(tools: readonly Tool[]): AnswerPlan['callee'] {
  const declares = tools.some(({ functionDeclarations = [] }) => functionDeclarations.length > 0)
  if (declares) return 'client'
  return tools.length > 0 ? 'google' : 'nobody'
}

/** `request`: before it is fitted. */
export function expectationsOf(request: GenerateContentRequest, target: Target): Expectations {
  const traits = traitsOf(target.model, target.upstream)
  const { tools = [], cachedContent } = request
  // What is cached may have tools of its own, and what is no Gemini may speak unasked.
  const mayQuote = tools.some(isGooglesOwn) || cachedContent !== undefined
  const maySpeak = traits.output.includes('audio') || !isGemini(target.model)
  return {
    answerFunction: emulatedJson(request, traits)?.name ?? null,
    keepsText: mayQuote || maySpeak,
  }
}
