import type { Upstream } from '../gemini/upstreams.ts'
import type { Access } from './credential.ts'
import type { CredentialFault, Verdict } from './verdict.ts'

/** Faults that Google names in words: tables, so that a new wording is a new row. */

type Scheme = Access['auth']['scheme']
type FaultVerdict = Extract<Verdict, { kind: 'credential_fault' }>

/** The credential serves nothing until somebody mends it. */
function dead(reason: CredentialFault): FaultVerdict {
  return { kind: 'credential_fault', reason, scope: 'credential' }
}

/** The credential does not serve this model for now. */
function forModel(reason: CredentialFault): FaultVerdict {
  return { kind: 'credential_fault', reason, scope: 'model' }
}

const KEY_INVALID = dead('api_key_invalid')
const KEY_RESTRICTED = dead('key_restricted')
const POLICY = dead('policy_violated')
const NO_PROJECT = dead('project_not_found')
const SUSPENDED = dead('project_suspended')
const OF_THE_REQUEST: Verdict = { kind: 'client_fault', reason: 'invalid_request' }
const SCHEMA: Verdict = { kind: 'client_fault', reason: 'invalid_schema' }
const SIGNATURE: Verdict = { kind: 'client_fault', reason: 'invalid_signature' }

/**
 * `reason` of an ErrorInfo or of the legacy list `errors` (docs/google.md: Errors by status;
 * google/api/error_reason.proto). IAM_PERMISSION_DENIED and `forbidden` are missing on purpose: they may be about
 * something that the request names.
 */
export const BY_REASON: ReadonlyMap<string, FaultVerdict> = new Map(
  Object.entries({
    API_KEY_INVALID: KEY_INVALID,
    keyInvalid: KEY_INVALID,
    keyExpired: KEY_INVALID,

    API_KEY_SERVICE_BLOCKED: KEY_RESTRICTED,
    API_KEY_HTTP_REFERRER_BLOCKED: KEY_RESTRICTED,
    API_KEY_IP_ADDRESS_BLOCKED: KEY_RESTRICTED,
    API_KEY_ANDROID_APP_BLOCKED: KEY_RESTRICTED,
    API_KEY_IOS_APP_BLOCKED: KEY_RESTRICTED,
    ipRefererBlocked: KEY_RESTRICTED,

    SERVICE_DISABLED: dead('service_disabled'),
    SERVICE_NOT_VISIBLE: dead('service_disabled'),
    accessNotConfigured: dead('service_disabled'),
    BILLING_DISABLED: dead('billing_disabled'),
    CONSUMER_INVALID: NO_PROJECT,
    RESOURCE_PROJECT_INVALID: NO_PROJECT,
    CONSUMER_SUSPENDED: SUSPENDED,
    GCP_SUSPENDED: SUSPENDED,
    USER_PROJECT_DENIED: dead('permission_denied'),
    USER_BLOCKED_BY_ADMIN: dead('permission_denied'),

    ACCESS_TOKEN_SCOPE_INSUFFICIENT: dead('scope_insufficient'),
    ACCOUNT_STATE_INVALID: dead('invalid_grant'),

    SUBSCRIPTION_REQUIRED: dead('licence_required'),
    VALIDATION_REQUIRED: dead('validation_required'),
    TOS_VIOLATION: dead('tos_violation'),

    SECURITY_POLICY_VIOLATED: POLICY,
    ORG_RESTRICTION_VIOLATION: POLICY,
    LOCATION_POLICY_VIOLATED: POLICY,
    LOCATION_ORG_POLICY_VIOLATED: POLICY,

    // The owner may pay again without telling Pollux.
    INSUFFICIENT_G1_CREDITS_BALANCE: forModel('credits_exhausted'),
  }),
)

/**
 * The services that a credential needs to serve at all. An error of any other is about what a request named, such as a
 * file in Cloud Storage or a data store (docs/google.md: Errors by status).
 */
const OWN_SERVICES: ReadonlySet<string> = new Set(
  [
    'generativelanguage',
    'aiplatform',
    'agentplatform',
    'cloudcode-pa',
    'cloudaicompanion',
    'serviceusage',
    'cloudresourcemanager',
    'iam',
    'iamcredentials',
    'oauth2',
    'sts',
  ].map((name) => `${name}.googleapis.com`),
)

/** `service` is what an ErrorInfo says of itself. */
export function isOfAnotherService(service: string | undefined): boolean {
  return service !== undefined && service.endsWith('.googleapis.com') && !OWN_SERVICES.has(service)
}

interface Saying {
  readonly at: readonly number[]
  readonly says: RegExp
  readonly means: Verdict
  /** If set, the row holds only for credentials of this kind. */
  readonly scheme?: Scheme
  /** If set, the row holds only for this front end. */
  readonly upstream?: Upstream
}

/**
 * For errors without a telling reason. Every pattern is bound to the beginning of the message: further on it may
 * quote the request, and no prompt may take a credential out of the ring.
 */
const SAYINGS: readonly Saying[] = [
  { at: [400], says: /^API key (not valid|not found|expired)\b/i, means: KEY_INVALID },
  {
    at: [400, 403],
    says: /^(User location is not supported|Image generation is not available in your country)\b/i,
    means: { kind: 'upstream_fault', reason: 'location' },
  },
  // Depends on the country that the call came from, so the next call may succeed.
  {
    at: [400],
    says: /^Gemini API free tier is not available\b/i,
    means: forModel('billing_disabled'),
  },
  {
    at: [400],
    says: /^Project \S+ is not allowed to use\b/i,
    means: forModel('precondition_failed'),
  },
  // A constraint on anything but the model may be about what the request asks for, such as a search.
  {
    at: [400],
    says: /^Organization Policy constraint \S{1,200} violated for \S{1,200} attempting to use a disallowed Gen ?AI model\b/i,
    means: forModel('precondition_failed'),
  },
  // Google says no more than this, and it has been seen only for accounts: regions, tiers, licences.
  { at: [400], says: /^Precondition check failed\b/i, means: forModel('precondition_failed') },
  {
    at: [400],
    says: /^(Unable to submit request because )?the input token count\b/i,
    means: { kind: 'client_fault', reason: 'context_length' },
  },
  {
    at: [400],
    says: /^Request payload size exceeds\b/i,
    means: { kind: 'client_fault', reason: 'too_large' },
  },
  // Schemas of functions and answers (docs/google.md: Unknown fields, Schemas).
  {
    at: [400],
    says: /^Invalid JSON payload received\. Unknown name "[^"\n]{1,200}" at '(request\.)?(tools\[\d+\]\.function_declarations\[\d+\]\.parameters|generation_config\.response_(json_)?schema)/,
    means: SCHEMA,
  },
  {
    at: [400],
    says: /^(Invalid value at '|\* GenerateContentRequest\.)(request\.)?(tools\[\d+\]\.function_declarations\[\d+\]\.parameters|generation_config\.response_(json_)?schema)/,
    means: SCHEMA,
  },
  {
    at: [400],
    says: /^(A schema in GenerationConfig\b|(A )?FunctionDeclaration ('[^']{1,128}' )?in the request exceeds the maximum allowed nesting depth\b|The specified schema produces a constraint\b|Unable to submit request because (`[^`]{1,128}` functionDeclaration `?parameters|function parameters schema|one or more response schemas)\b)/,
    means: SCHEMA,
  },
  {
    at: [400],
    says: /^(Unable to submit request because )?(function call is missing a thought_signature\b|function call `[^`]{1,256}` in the `?\d+\.`? content block is missing\b|(invalid|corrupted) thought signature\b|thought signature is not valid\b|invalid value at '[^']{1,200}thought_signature')/i,
    means: SIGNATURE,
  },
  // Something that the request names and this credential cannot read.
  {
    at: [400, 403, 404],
    says: /^(You do not have permission to access the File|The File \S+ is not in an ACTIVE state|CachedContent not found|Cached content \S+ (is expired|not found)|Not found: cached content\b|The input data is not valid json\b)/i,
    means: OF_THE_REQUEST,
  },
  { at: [400, 403], says: /^\S+ does not have storage\.objects\./i, means: OF_THE_REQUEST },

  // Vertex wants an OAuth token here, and an API key cannot be exchanged for one.
  { at: [401], says: /^API keys are not supported\b/i, means: KEY_RESTRICTED, scheme: 'api_key' },

  { at: [403], says: /^Your API key was reported as leaked\b/i, means: dead('api_key_leaked') },
  { at: [403], says: /^Requests (to|from) .+ are blocked\b/i, means: KEY_RESTRICTED },
  {
    at: [403],
    says: /^The provided API key has an IP address restriction\b/i,
    means: KEY_RESTRICTED,
  },
  {
    at: [403],
    says: /^Method doesn't allow unregistered callers\b/i,
    means: KEY_INVALID,
    scheme: 'api_key',
  },
  {
    at: [403],
    says: /^This service has been disabled in this account for violation\b/i,
    means: dead('tos_violation'),
  },
  {
    at: [403],
    says: /^(You do not have a valid license|You are currently configured to use a Google Cloud Project but lack|This client is no longer supported)\b/i,
    means: dead('licence_required'),
  },
  {
    at: [403],
    says: /^(Vertex AI|Agent Platform|Generative Language|Gemini( Developer| for Google Cloud)?|Cloud AI Companion|Cloud Code Private) API has not been used in project \S+ before or it is disabled\b/i,
    means: dead('service_disabled'),
  },
  { at: [403], says: /^This API method requires billing\b/i, means: dead('billing_disabled') },
  { at: [403], says: /^Permission denied on resource project\b/i, means: NO_PROJECT },
  { at: [403], says: /^Permission denied: Consumer \S+ has been suspended\b/i, means: SUSPENDED },
  { at: [403], says: /^Your project has been denied access\b/i, means: SUSPENDED },
  {
    at: [403],
    says: /^Request had insufficient authentication scopes\b/i,
    means: dead('scope_insufficient'),
  },
  { at: [403], says: /^Request is prohibited by organization's policy\b/i, means: POLICY },
  // These 403s are about the account: a role or a model is missing, and may be granted at any time.
  {
    at: [403],
    says: /^(The caller does not have permission|Method doesn't allow unregistered callers)\b/i,
    means: forModel('permission_denied'),
  },
  // Permissions to call the model at all. A permission to read what a request names, such as
  // `aiplatform.cachedContents.get`, is not among them.
  {
    at: [403],
    says: /^Permission '?(aiplatform\.endpoints|cloudaicompanion|serviceusage)\.[\w.]{1,100}'? denied\b/i,
    means: forModel('permission_denied'),
  },
  {
    at: [404],
    says: /^(models\/\S{1,256} is not found for API version|(This model )?models\/\S{1,256} is no longer available|Publisher Model \S{1,512} (was|is) not found)\b/i,
    means: forModel('model_not_found'),
  },
  // A request to Code Assist can name nothing else that might be missing.
  {
    at: [404],
    says: /^Requested entity was not found\b/i,
    means: forModel('model_not_found'),
    upstream: 'code-assist',
  },

  // Waiting does not help: somebody has to pay, or to raise the cap.
  {
    at: [403, 429],
    says: /^(Your prepayment credits are depleted|Insufficient Google One AI credits|Your (project|billing account) has exceeded its monthly spending cap)\b/i,
    means: forModel('credits_exhausted'),
  },
]

export function sayingOf(
  { scheme, upstream }: { readonly scheme: Scheme; readonly upstream: Upstream },
  status: number,
  message: string,
): Verdict | undefined {
  return SAYINGS.find(
    (saying) =>
      saying.at.includes(status) &&
      (saying.scheme ?? scheme) === scheme &&
      (saying.upstream ?? upstream) === upstream &&
      saying.says.test(message),
  )?.means
}
