/** What Google checks after parsing, in order. The first complaint is the answer. */
import type { Failure } from '../errors/failure.ts'
import { checkCache } from './cache.ts'
import { checkConfig } from './config.ts'
import { checkContents } from './contents.ts'
import { checkContextLength } from './context-length.ts'
import { checkMedia } from './media.ts'
import { checkOutput } from './output.ts'
import { checkResults } from './results.ts'
import { checkSignatures } from './signatures.ts'
import type { Subject } from './subject.ts'
import { checkThinking } from './thinking.ts'
import { checkToolConfig } from './tool-config.ts'
import { checkTools } from './tools.ts'
import { checkTurns } from './turns.ts'

type Rule = (subject: Subject) => Failure | undefined

const CONTENT_RULES: readonly Rule[] = [checkContents, checkMedia]

const RULES: readonly Rule[] = [
  ...CONTENT_RULES,
  checkCache,
  checkConfig,
  checkThinking,
  checkTools,
  checkToolConfig,
  checkOutput,
  checkTurns,
  checkResults,
  checkSignatures,
  checkContextLength,
]

export function checkRequest(subject: Subject): Failure | undefined {
  return firstFailure(RULES, subject)
}

/** countTokens checks only the contents. */
export function checkCounted(subject: Subject): Failure | undefined {
  return firstFailure(CONTENT_RULES, subject)
}

function firstFailure(rules: readonly Rule[], subject: Subject): Failure | undefined {
  for (const rule of rules) {
    const failure = rule(subject)
    if (failure) return failure
  }
  return undefined
}
