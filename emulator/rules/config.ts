/** Sampling and limits in generationConfig (docs/google.md: Generation settings). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { GenerationConfig } from '../proto/types.ts'
import type { Subject } from './subject.ts'

const MAX_STOP_SEQUENCES = 5
const PATH = '* GenerateContentRequest.generation_config'
/** From this generation on there are no several candidates, and no log probabilities on Vertex. */
const PLAIN_SINCE = 3

type Numeric =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'candidateCount'
  | 'logprobs'
  | 'presencePenalty'
  | 'frequencyPenalty'

interface Range {
  field: Numeric
  holds: (value: number) => boolean
  text: string
}

const within = (min: number, max: number) => (value: number) => value >= min && value <= max

const RANGES: readonly Range[] = [
  {
    field: 'temperature',
    holds: within(0, 2),
    text: `${PATH}.temperature: temperature must be in the range [0.0, 2.0].`,
  },
  {
    field: 'topP',
    holds: within(0, 1),
    text: `${PATH}.top_p: top_p must be in the range [0.0, 1.0].`,
  },
  { field: 'topK', holds: (value) => value >= 1, text: `${PATH}.top_k: top_k must be positive.` },
  {
    field: 'candidateCount',
    holds: within(1, 8),
    text: `${PATH}.candidate_count: candidate_count must be in the range [1, 8].`,
  },
  {
    field: 'logprobs',
    holds: within(0, 20),
    text: `${PATH}.logprobs: logprobs must be in the range [0, 20].`,
  },
  {
    field: 'presencePenalty',
    holds: (value) => value >= -2 && value < 2,
    text: `${PATH}.presence_penalty: presence_penalty must be in the range [-2.0, 2.0).`,
  },
  {
    field: 'frequencyPenalty',
    holds: (value) => value >= -2 && value < 2,
    text: `${PATH}.frequency_penalty: frequency_penalty must be in the range [-2.0, 2.0).`,
  },
]

export function checkConfig(subject: Subject): Failure | undefined {
  const config = subject.request.generationConfig ?? {}
  return (
    checkRanges(config) ??
    checkMaxOutput(subject, config) ??
    checkStops(config) ??
    checkEnabled(subject, config)
  )
}

function checkRanges(config: GenerationConfig): Failure | undefined {
  const broken = RANGES.find(({ field, holds }) => {
    const value = config[field]
    return value !== undefined && !holds(value)
  })
  return broken && invalidArgument(broken.text)
}

function checkMaxOutput({ model }: Subject, config: GenerationConfig): Failure | undefined {
  const { maxOutputTokens: asked } = config
  if (asked === undefined || within(1, model.outputTokens)(asked)) return undefined
  return invalidArgument(
    `Unable to submit request because it has a maxOutputTokens value of ${asked} but the supported ` +
      `range is from 1 (inclusive) to ${model.outputTokens + 1} (exclusive). Update the value and try again.`,
  )
}

function checkStops({ stopSequences = [] }: GenerationConfig): Failure | undefined {
  const path = `${PATH}.stop_sequences`
  if (stopSequences.length > MAX_STOP_SEQUENCES) {
    return invalidArgument(`${path}: at most ${MAX_STOP_SEQUENCES} stop sequences are allowed.`)
  }
  const empty = stopSequences.indexOf('')
  return empty < 0 ? undefined : invalidArgument(`${path}[${empty}]: must not be empty.`)
}

function checkEnabled({ model, upstream }: Subject, config: GenerationConfig): Failure | undefined {
  const { presencePenalty, frequencyPenalty, candidateCount = 1 } = config
  if (!model.penalties && (presencePenalty !== undefined || frequencyPenalty !== undefined)) {
    return invalidArgument('Penalty is not enabled for this model')
  }
  if (candidateCount > 1 && (model.generation >= PLAIN_SINCE || model.kind === 'image')) {
    const which = model.kind === 'image' ? `models/${model.id}` : 'this model'
    return invalidArgument(`Multiple candidates is not enabled for ${which}`)
  }
  if (config.logprobs !== undefined && !config.responseLogprobs) {
    return invalidArgument(`${PATH}.logprobs: logprobs requires response_logprobs to be true.`)
  }
  const knowsLogprobs = upstream === 'vertex' && model.generation < PLAIN_SINCE
  if (config.responseLogprobs && !knowsLogprobs) {
    return invalidArgument(`Logprobs is not enabled for models/${model.id}`)
  }
  return undefined
}
