import { emulatedJson } from '../emulated-json.ts'
import type { Target } from '../fit/aim.ts'
import { isGemini, traitsOf } from '../models/traits.ts'
import { isGooglesOwn } from '../tools.ts'
import type { GenerateContentRequest } from '../types.ts'

/** What the reader of an answer must know about the request. */
export interface AnswerPlan extends Expectations {
  /**
   * Who handles a function call: the client, which declared functions; Google's own tools, which have already run; or
   * nobody.
   */
  readonly callee: 'client' | 'google' | 'nobody'
  /** The names that Gemini was told → the client's own names; only those that differ. */
  readonly functionNames: ReadonlyMap<string, string>
  /** If false, the client receives only the first call of an answer. */
  readonly parallelToolCalls: boolean
}

/** What depends on the model and upstream that answer, so it is known only under a lease. */
export interface Expectations {
  /**
   * The function that stands in for JSON output if the model has none: its arguments are the answer. Otherwise null.
   * If the model answers in text instead, a code fence around the text is removed.
   */
  readonly answerFunction: string | null
  /** Whether the text is also kept until the end: Google's own tools cite it, and a sound needs a transcript. */
  readonly keepsText: boolean
}

/** For a request that asked for nothing special. */
export const PLAIN_ANSWER: AnswerPlan = {
  callee: 'nobody',
  functionNames: new Map(),
  parallelToolCalls: true,
  answerFunction: null,
  keepsText: false,
}

export function calleeOf({
  tools = [],
  cachedContent,
}: Pick<GenerateContentRequest, 'tools' | 'cachedContent'>): AnswerPlan['callee'] {
  // Functions for the client may be part of what is cached, where nobody here sees them.
  if (cachedContent !== undefined) return 'client'
  const declares = tools.some(({ functionDeclarations = [] }) => functionDeclarations.length > 0)
  if (declares) return 'client'
  return tools.length > 0 ? 'google' : 'nobody'
}

/** `request` is the request before it is fitted. */
export function expectationsOf(request: GenerateContentRequest, target: Target): Expectations {
  const traits = traitsOf(target.model, target.upstream)
  const { tools = [], cachedContent } = request
  // A cache may hold tools of its own. A model that is not Gemini may answer with sound unasked.
  const mayQuote = tools.some(isGooglesOwn) || cachedContent !== undefined
  const maySpeak = traits.output.includes('audio') || !isGemini(target.model)
  return {
    answerFunction: emulatedJson(request, traits)?.name ?? null,
    keepsText: mayQuote || maySpeak,
  }
}
