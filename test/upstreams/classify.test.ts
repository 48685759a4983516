import { describe, expect, it } from 'vitest'
import { classify } from '../../src/upstreams/classify.ts'
import { parseDuration } from '../../src/upstreams/durations.ts'
import { parseGoogleError, readGoogleError } from '../../src/upstreams/google-error.ts'
import type { Upstream } from '../../src/gemini/upstreams.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

function envelope(status: string, message: string, details: object[] = []): string {
  return JSON.stringify({ error: { code: 0, status, message, details } })
}
function info(reason: string, metadata: Record<string, string> = {}): object {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, metadata }
}
function quota(quotaId: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] }
}
function retry(retryDelay: string): object {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }
}

const DAY = quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier')
const MINUTE = quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier')
const DSQ =
  'Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.'

describe('classify', () => {
  it.each<[string, Upstream, number, string, object]>([
    [
      'a bad argument',
      'gemini-api',
      400,
      envelope('INVALID_ARGUMENT', 'Request contains an invalid argument.'),
      { kind: 'client_fault', reason: 'invalid_request' },
    ],
    [
      'a dead API key, which is a 400',
      'gemini-api',
      400,
      envelope('INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        info('API_KEY_INVALID'),
      ]),
      { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' },
    ],
    [
      'an expired API key without details',
      'gemini-api',
      400,
      envelope('INVALID_ARGUMENT', 'API key expired. Please renew the API key.'),
      { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' },
    ],
    [
      'a country that Google does not serve',
      'gemini-api',
      400,
      envelope('FAILED_PRECONDITION', 'User location is not supported for the API use.'),
      { kind: 'upstream_fault', reason: 'location' },
    ],
    [
      'too many tokens',
      'vertex',
      400,
      envelope(
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
      { kind: 'client_fault', reason: 'context_length' },
    ],
    [
      'an expired access token',
      'vertex',
      401,
      envelope('UNAUTHENTICATED', 'x', [info('ACCESS_TOKEN_EXPIRED')]),
      { kind: 'token_rejected' },
    ],
    [
      'a 401 for an API key',
      'gemini-api',
      401,
      envelope('UNAUTHENTICATED', 'x'),
      { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' },
    ],
    [
      'no licence',
      'code-assist',
      403,
      envelope('PERMISSION_DENIED', 'x', [info('SUBSCRIPTION_REQUIRED')]),
      { kind: 'credential_fault', reason: 'licence_required', scope: 'credential' },
    ],
    [
      'an account to be verified',
      'code-assist',
      403,
      envelope('PERMISSION_DENIED', 'x', [info('VALIDATION_REQUIRED')]),
      { kind: 'credential_fault', reason: 'validation_required', scope: 'credential' },
    ],
    [
      'an account that was blocked, the old way',
      'code-assist',
      403,
      envelope(
        'PERMISSION_DENIED',
        'This service has been disabled in this account for violation of Terms of Service.',
      ),
      { kind: 'credential_fault', reason: 'tos_violation', scope: 'credential' },
    ],
    [
      'an API that is off',
      'vertex',
      403,
      envelope('PERMISSION_DENIED', 'x', [info('SERVICE_DISABLED')]),
      { kind: 'credential_fault', reason: 'service_disabled', scope: 'credential' },
    ],
    [
      'a key that leaked',
      'gemini-api',
      403,
      envelope(
        'PERMISSION_DENIED',
        'Your API key was reported as leaked. Please use another API key.',
      ),
      { kind: 'credential_fault', reason: 'api_key_leaked', scope: 'credential' },
    ],
    [
      'a permission for one model',
      'vertex',
      403,
      envelope('PERMISSION_DENIED', 'x', [info('IAM_PERMISSION_DENIED')]),
      { kind: 'credential_fault', reason: 'permission_denied', scope: 'model' },
    ],
    [
      'a model that is not there',
      'vertex',
      404,
      envelope('NOT_FOUND', 'x'),
      { kind: 'credential_fault', reason: 'model_not_found', scope: 'model' },
    ],
    [
      'a minute’s quota',
      'gemini-api',
      429,
      envelope('RESOURCE_EXHAUSTED', 'x', [MINUTE, retry('34.5s')]),
      {
        kind: 'quota',
        dimension: 'requests_per_minute',
        retryAfterMs: 34_500,
        evidence: 'retry_info',
      },
    ],
    [
      'a day’s quota, whatever the RetryInfo says',
      'gemini-api',
      429,
      envelope('RESOURCE_EXHAUSTED', 'x', [retry('7s'), DAY]),
      { kind: 'quota', dimension: 'requests_per_day', retryAfterMs: 7000, evidence: 'quota_id' },
    ],
    [
      'a reset time',
      'code-assist',
      429,
      envelope('RESOURCE_EXHAUSTED', 'x', [
        info('QUOTA_EXHAUSTED', {
          quotaResetTimeStamp: '2026-11-22T13:00:00Z',
          quotaResetDelay: '9s',
        }),
      ]),
      { kind: 'quota', dimension: 'unknown', retryAfterMs: 3_600_000, evidence: 'reset_time' },
    ],
    [
      'a reset delay of Go’s',
      'code-assist',
      429,
      envelope('RESOURCE_EXHAUSTED', 'x', [
        info('RATE_LIMIT_EXCEEDED', { quotaResetDelay: '539.477544ms' }),
      ]),
      { kind: 'quota', dimension: 'unknown', retryAfterMs: 540, evidence: 'reset_time' },
    ],
    [
      'a hint in the text',
      'code-assist',
      429,
      envelope('RESOURCE_EXHAUSTED', 'Your quota will reset after 1h2m3s.'),
      { kind: 'quota', dimension: 'unknown', retryAfterMs: 3_723_000, evidence: 'text' },
    ],
    [
      'no hint at all',
      'gemini-api',
      429,
      envelope('RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
      { kind: 'quota', dimension: 'unknown', retryAfterMs: null, evidence: 'none' },
    ],
    [
      'a model outside the plan',
      'gemini-api',
      429,
      envelope('RESOURCE_EXHAUSTED', '* Quota exceeded for metric: m, limit: 0, model: x', [DAY]),
      { kind: 'credential_fault', reason: 'permission_denied', scope: 'model' },
    ],
    [
      'Vertex without capacity',
      'vertex',
      429,
      envelope('RESOURCE_EXHAUSTED', DSQ),
      { kind: 'upstream_fault', reason: 'capacity' },
    ],
    [
      'Code Assist without capacity',
      'code-assist',
      429,
      envelope('RESOURCE_EXHAUSTED', 'No capacity available', [
        info('MODEL_CAPACITY_EXHAUSTED'),
        retry('9s'),
      ]),
      { kind: 'upstream_fault', reason: 'capacity' },
    ],
    [
      'an overloaded model',
      'gemini-api',
      503,
      envelope('UNAVAILABLE', 'x'),
      { kind: 'upstream_fault', reason: 'overloaded' },
    ],
    [
      'a deadline',
      'gemini-api',
      504,
      envelope('DEADLINE_EXCEEDED', 'x'),
      { kind: 'upstream_fault', reason: 'timeout' },
    ],
    [
      'an internal error',
      'vertex',
      500,
      envelope('INTERNAL', 'x'),
      { kind: 'upstream_fault', reason: 'internal' },
    ],
    [
      'a cancelled call',
      'code-assist',
      499,
      envelope('CANCELLED', 'x'),
      { kind: 'upstream_fault', reason: 'internal' },
    ],
    [
      'a page of HTML',
      'gemini-api',
      502,
      '<html><title>502</title></html>',
      { kind: 'upstream_fault', reason: 'internal' },
    ],
    ['no body', 'gemini-api', 503, '', { kind: 'upstream_fault', reason: 'overloaded' }],
  ])('tells %s', (_, upstream, status, body, verdict) => {
    // Also in the array form, and inside another error's message (google-upstreams §8.1).
    const wrapped = JSON.stringify({ error: { message: body } })
    const disguises = body.startsWith('{') ? [body, `[${body}]`, wrapped] : [body]
    for (const disguise of disguises) {
      const caller = { upstream, scheme: upstream === 'gemini-api' ? 'api_key' : 'bearer' } as const
      expect(classify(caller, parseGoogleError(status, disguise), NOW)).toEqual(verdict)
    }
  })

  it('takes the code of an error inside a 200 stream for its status', () => {
    const error = readGoogleError(200, {
      error: { code: 503, status: 'UNAVAILABLE', message: 'x' },
    })
    expect(classify({ upstream: 'gemini-api', scheme: 'api_key' }, error, NOW)).toEqual({
      kind: 'upstream_fault',
      reason: 'overloaded',
    })
  })
})

describe('parseDuration', () => {
  it.each([
    ['34s', 34_000],
    ['34.074824224s', 34_075],
    ['0s', 0],
    ['18h12m3.4s', 65_523_400],
    ['539.477544ms', 540],
    ['', null],
    ['soon', null],
    ['12', null],
    ['-3s', null],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
})
