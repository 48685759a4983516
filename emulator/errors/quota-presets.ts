/** Errors with 429 (docs/google.md: Limits). Delays are parameters: `retryDelay` in seconds. */
import { errorInfo, failure, help, quotaFailure, retryInfo } from './failure.ts'
import type { Failure } from './failure.ts'
import type { PresetContext } from './context.ts'

const CODE_ASSIST = 'cloudcode-pa.googleapis.com'
const METRIC = 'generativelanguage.googleapis.com'
const REQUESTS = 'generate_content_free_tier_requests'

interface GeminiQuota {
  metric: string
  quotaId: string
  limit: number
  retryDelay: string
}

const GEMINI_QUOTAS = {
  gemini_429_minute: {
    metric: REQUESTS,
    quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
    limit: 10,
    retryDelay: '34.074824224s',
  },
  /** RetryInfo stays short although the quota of the day is used up: only the quota's id says so. */
  gemini_429_day: {
    metric: REQUESTS,
    quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
    limit: 20,
    retryDelay: '34.074824224s',
  },
  gemini_429_limit_zero: {
    metric: REQUESTS,
    quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
    limit: 0,
    retryDelay: '34.074824224s',
  },
  gemini_429_tokens: {
    metric: 'generate_content_free_tier_input_token_count',
    quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier',
    limit: 250_000,
    retryDelay: '12.5s',
  },
  gemini_429_paid_tokens: {
    metric: 'generate_content_paid_tier_input_token_count',
    quotaId: 'GenerateContentPaidTierInputTokensPerModelPerMinute',
    limit: 1_000_000,
    retryDelay: '8s',
  },
  gemini_429_paid_day: {
    metric: 'generate_requests_per_model_per_day',
    quotaId: 'GenerateRequestsPerDayPerProjectPerModel',
    limit: 10_000,
    retryDelay: '59s',
  },
} satisfies Record<string, GeminiQuota>

function geminiQuota(quota: GeminiQuota): (context: PresetContext) => Failure {
  return ({ model, retryDelay = quota.retryDelay }) =>
    failure(
      429,
      'You exceeded your current quota, please check your plan and billing details. For more ' +
        'information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To ' +
        'monitor your current usage, head to: https://ai.dev/rate-limit. \n' +
        `* Quota exceeded for metric: ${METRIC}/${quota.metric}, limit: ${quota.limit}, model: ${model}\n` +
        `Please retry in ${retryDelay}.`,
      [
        help({
          description: 'Learn more about Gemini API quotas',
          url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
        }),
        quotaFailure({
          quotaMetric: `${METRIC}/${quota.metric}`,
          quotaId: quota.quotaId,
          quotaDimensions: { location: 'global', model },
          // An int64, so it is a string. Protobuf JSON leaves out zero.
          ...(quota.limit > 0 ? { quotaValue: String(quota.limit) } : {}),
        }),
        retryInfo(`${Math.floor(Number.parseFloat(retryDelay))}s`),
      ],
    )
}

export const QUOTA_PRESETS = {
  gemini_429_minute: geminiQuota(GEMINI_QUOTAS.gemini_429_minute),
  gemini_429_day: geminiQuota(GEMINI_QUOTAS.gemini_429_day),
  gemini_429_limit_zero: geminiQuota(GEMINI_QUOTAS.gemini_429_limit_zero),
  gemini_429_tokens: geminiQuota(GEMINI_QUOTAS.gemini_429_tokens),
  gemini_429_paid_tokens: geminiQuota(GEMINI_QUOTAS.gemini_429_paid_tokens),
  gemini_429_paid_day: geminiQuota(GEMINI_QUOTAS.gemini_429_paid_day),

  code_assist_429_quota: (context: PresetContext) =>
    codeAssistQuota(context, 'QUOTA_EXHAUSTED', context.retryDelay ?? '65523.4s'),
  code_assist_429_short: (context: PresetContext) =>
    codeAssistQuota(context, 'RATE_LIMIT_EXCEEDED', context.retryDelay ?? '0.539477544s'),
  code_assist_429_capacity: (context: PresetContext) => capacity(429, context),
  code_assist_429_credits: ({ model }: PresetContext) =>
    failure(429, 'Insufficient Google One AI credits balance.', [
      errorInfo('INSUFFICIENT_G1_CREDITS_BALANCE', CODE_ASSIST, { model }),
    ]),

  generic_429: () => failure(429, 'Resource has been exhausted (e.g. check quota).'),
  vertex_429: () =>
    failure(
      429,
      'Resource exhausted. Please try again later. Please refer to ' +
        'https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.',
    ),
  vertex_429_throughput: () =>
    failure(429, 'Too many requests. Exceeded the Provisioned Throughput.'),
}

function codeAssistQuota(
  { model, now }: PresetContext,
  reason: string,
  retryDelay: string,
): Failure {
  const seconds = Number.parseFloat(retryDelay)
  const resetAt = new Date(now + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const spoken = goDuration(Math.floor(seconds))
  return failure(
    429,
    `You have exhausted your capacity on this model. Your quota will reset after ${spoken}.`,
    [
      errorInfo(reason, CODE_ASSIST, {
        uiMessage: 'true',
        model,
        quotaResetDelay: goDuration(seconds),
        quotaResetTimeStamp: resetAt,
      }),
      retryInfo(retryDelay),
    ],
  )
}

/** Capacity belongs to the server, not to an account. Its error comes as 429 or as 503. */
export function capacity(code: number, { model, retryDelay }: PresetContext): Failure {
  return failure(code, `No capacity available for model ${model} on the server`, [
    errorInfo('MODEL_CAPACITY_EXHAUSTED', CODE_ASSIST, { model }),
    retryInfo(retryDelay ?? '9s'),
  ])
}

/** A duration as Go writes it, for `quotaResetDelay`: `18h12m3.4s`, `539.477544ms`, `0s`. */
function goDuration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${trim(seconds * 1000)}ms`
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${trim(seconds % 60)}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)))
}
