/** Errors with 400, 401, 403 and 404 (docs/google.md: Errors by status). */
import {
  errorInfo,
  failure,
  help,
  invalidArgument,
  localizedMessage,
  statusFailure,
} from './failure.ts'
import type { Failure } from './failure.ts'
import type { PresetContext } from './context.ts'

const INVALID_CREDENTIALS =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or ' +
  'other valid authentication credential. See ' +
  'https://developers.google.com/identity/sign-in/web/devconsole-project.'

const LICENCE_LINK = {
  description: 'Request a license',
  url: 'https://cloud.google.com/gemini/docs/codeassist/request-license',
}
const CODE_ASSIST = 'cloudcode-pa.googleapis.com'
const COMPANION = 'cloudaicompanion.googleapis.com'
const VERIFY = 'https://accounts.google.com/signin/continue?sarp=1&scc=1'

export const CLIENT_PRESETS = {
  '400_generic': () => invalidArgument('Request contains an invalid argument.'),
  '400_location': () =>
    statusFailure(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  '400_billing': () =>
    statusFailure(
      400,
      'FAILED_PRECONDITION',
      'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
    ),
  '400_precondition': () => statusFailure(400, 'FAILED_PRECONDITION', 'Precondition check failed.'),
  '400_context': () =>
    invalidArgument(
      'The input token count exceeds the maximum number of tokens allowed (1048576).',
    ),
  '400_signature': () => invalidArgument('Corrupted thought signature.'),
  api_key_invalid: (context: PresetContext) =>
    apiKey(context, 'API key not valid. Please pass a valid API key.'),
  api_key_expired: (context: PresetContext) =>
    apiKey(context, 'API key expired. Please renew the API key.'),

  '401': (context: PresetContext) => unauthenticated(context, 'ACCESS_TOKEN_EXPIRED'),
  '401_unknown_token': (context: PresetContext) =>
    unauthenticated(context, 'ACCESS_TOKEN_TYPE_UNSUPPORTED'),
  '401_missing': (context: PresetContext) =>
    bearerFailure(
      context,
      'Request is missing required authentication credential. Expected OAuth 2 access token, login ' +
        'cookie or other valid authentication credential. See ' +
        'https://developers.google.com/identity/sign-in/web/devconsole-project.',
      'CREDENTIALS_MISSING',
    ),
  '401_api_key': (context: PresetContext) =>
    bearerFailure(
      context,
      'API keys are not supported by this API. Expected OAuth2 access token or other authentication ' +
        'credentials that assert a principal. See https://cloud.google.com/docs/authentication',
      'CREDENTIALS_MISSING',
    ),

  '403_generic': () => failure(403, 'The caller does not have permission'),
  '403_unregistered': () =>
    failure(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). Please use " +
        'API Key or other form of API consumer identity to call this API.',
    ),
  '403_licence': () =>
    failure(403, 'You do not have a valid license of this product. (#3501)', [
      errorInfo('SUBSCRIPTION_REQUIRED', COMPANION, { uiMessage: 'true', error_number: '1001' }),
      help(LICENCE_LINK),
    ]),
  '403_licence_project': () =>
    failure(
      403,
      'You are currently configured to use a Google Cloud Project but lack a Gemini Code Assist ' +
        'license. (#3501)',
      [errorInfo('SUBSCRIPTION_REQUIRED', COMPANION, { uiMessage: 'true' }), help(LICENCE_LINK)],
    ),
  '403_validation': () =>
    failure(403, 'Verify your account to continue.', [
      errorInfo('VALIDATION_REQUIRED', CODE_ASSIST, { validation_link: VERIFY }),
      help(
        { description: 'Complete validation', url: VERIFY },
        { description: 'Learn more', url: 'https://support.google.com/accounts?p=al_alert' },
      ),
    ]),
  '403_tos': () =>
    failure(
      403,
      'This service has been disabled in this account for violation of Terms of Service. If you ' +
        'believe this is an error, contact gemini-code-assist-user-feedback@google.com.',
      [
        errorInfo('TOS_VIOLATION', CODE_ASSIST, {
          uiMessage: 'true',
          appeal_url: 'https://forms.gle/appeal',
          appeal_url_link_text: 'Appeal',
        }),
      ],
    ),
  '403_service_disabled': serviceDisabled,
  '403_project': ({ project, service }: PresetContext) =>
    failure(403, `Permission denied on resource project ${project}.`, [
      errorInfo('CONSUMER_INVALID', 'googleapis.com', {
        service,
        consumer: `projects/${project}`,
        containerInfo: project,
      }),
    ]),
  '403_iam': ({ project, location, model }: PresetContext) => {
    const resource = `projects/${project}/locations/${location}/publishers/google/models/${model}`
    const permission = 'aiplatform.endpoints.predict'
    return failure(
      403,
      `Permission '${permission}' denied on resource '//aiplatform.googleapis.com/${resource}' (or it may not exist).`,
      [errorInfo('IAM_PERMISSION_DENIED', 'aiplatform.googleapis.com', { permission, resource })],
    )
  },
  '403_scope': ({ service }: PresetContext) =>
    failure(403, 'Request had insufficient authentication scopes.', [
      errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { service }),
    ]),
  '403_billing': ({ project, service }: PresetContext) =>
    failure(
      403,
      `This API method requires billing to be enabled. Please enable billing on project #${project} by visiting https://console.developers.google.com/billing/enable?project=${project} then retry.`,
      [
        errorInfo('BILLING_DISABLED', 'googleapis.com', {
          service,
          consumer: `projects/${project}`,
        }),
      ],
    ),
  '403_leaked': () =>
    failure(403, 'Your API key was reported as leaked. Please use another API key.'),
  '403_api_key_blocked': ({ service }: PresetContext) =>
    failure(403, `Requests to this API ${service} are blocked.`, [
      errorInfo('API_KEY_SERVICE_BLOCKED', 'googleapis.com', { service }),
    ]),
  '403_vpc': ({ service }: PresetContext) =>
    failure(403, "Request is prohibited by organization's policy.", [
      errorInfo('SECURITY_POLICY_VIOLATED', 'googleapis.com', { service }),
    ]),

  '404': modelNotFound,
}

const NOT_FOUND_TEXTS: Record<string, (context: PresetContext) => string> = {
  'generativelanguage.googleapis.com': ({ model, version, method }) =>
    `models/${model} is not found for API version ${version}, or is not supported for ${method}. ` +
    'Call ListModels to see the list of available models and their supported methods.',
  'aiplatform.googleapis.com': ({ model, project, location }) =>
    `Publisher Model \`projects/${project}/locations/${location}/publishers/google/models/${model}\` ` +
    'was not found or your project does not have access to it. Please ensure you are using a valid ' +
    'model version. For more information, see: ' +
    'https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions',
}

function modelNotFound(context: PresetContext): Failure {
  return failure(
    404,
    NOT_FOUND_TEXTS[context.service]?.(context) ?? 'Requested entity was not found.',
  )
}

function apiKey({ service }: PresetContext, message: string): Failure {
  return failure(400, message, [
    errorInfo('API_KEY_INVALID', 'googleapis.com', { service }),
    localizedMessage(message),
  ])
}

function unauthenticated(context: PresetContext, reason: string): Failure {
  return bearerFailure(context, INVALID_CREDENTIALS, reason)
}

const RPC_SERVICES: Record<string, (version: string) => string> = {
  'aiplatform.googleapis.com': (version) => `google.cloud.aiplatform.${version}.PredictionService`,
  'generativelanguage.googleapis.com': (version) =>
    `google.ai.generativelanguage.${version}.GenerativeService`,
}

/** Code Assist's 401 has no details, but says the same in a header (docs/google.md: Errors by status). */
function bearerFailure(context: PresetContext, message: string, reason: string): Failure {
  const { service, version, method } = context
  const rpcService = RPC_SERVICES[service]?.(version)
  const rpc = `${rpcService}.${method.replace(/^./, (first) => first.toUpperCase())}`
  const details = rpcService ? [errorInfo(reason, 'googleapis.com', { service, method: rpc })] : []
  return {
    ...failure(401, message, details),
    headers: {
      'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"',
    },
  }
}

const SERVICE_TITLES: Record<string, string> = {
  'generativelanguage.googleapis.com': 'Generative Language API',
  'aiplatform.googleapis.com': 'Vertex AI API',
  'cloudcode-pa.googleapis.com': 'Cloud Code Private API',
}

function serviceDisabled({ project, service }: PresetContext): Failure {
  const serviceTitle = SERVICE_TITLES[service] ?? service
  const activationUrl = `https://console.developers.google.com/apis/api/${service}/overview?project=${project}`
  const message =
    `${serviceTitle} has not been used in project ${project} before or it is disabled. Enable it by ` +
    `visiting ${activationUrl} then retry. If you enabled this API recently, wait a few minutes for ` +
    'the action to propagate to our systems and retry.'
  return failure(403, message, [
    errorInfo('SERVICE_DISABLED', 'googleapis.com', {
      serviceTitle,
      service,
      consumer: `projects/${project}`,
      containerInfo: project,
      activationUrl,
    }),
    localizedMessage(message),
    help({ description: 'Google developers console API activation', url: activationUrl }),
  ])
}
