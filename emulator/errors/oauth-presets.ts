/** Errors of the token endpoint (docs/google.md: Access tokens). */
import type { Failure } from './failure.ts'
import { html } from './server-presets.ts'

export const JWT_TIMEFRAME =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
  'Check your iat and exp values in the JWT claim.'

const grant = (description: string, subtype?: string) => () =>
  oauthFailure(400, 'invalid_grant', description, subtype)
const client =
  (error: string, description: string, status = 401) =>
  () =>
    oauthFailure(status, error, description)

export const OAUTH_PRESETS = {
  invalid_grant: grant('Token has been expired or revoked.'),
  invalid_grant_bad_request: grant('Bad Request'),
  invalid_grant_rapt: grant('reauth related error (invalid_rapt)', 'invalid_rapt'),
  invalid_grant_account_deleted: grant('Account has been deleted'),
  invalid_grant_account_restricted: grant('Account restricted'),
  invalid_grant_account_not_found: grant('Invalid grant: account not found'),
  invalid_jwt_signature: grant('Invalid JWT Signature.'),
  invalid_jwt_audience: grant('Invalid JWT: Failed audience check.'),
  invalid_jwt_timeframe: grant(JWT_TIMEFRAME),
  invalid_scope: client('invalid_scope', 'Invalid OAuth scope or ID token audience provided.', 400),
  invalid_request: client('invalid_request', 'Bad Request', 400),
  missing_refresh_token: client(
    'invalid_request',
    'Missing required parameter: refresh_token',
    400,
  ),
  unsupported_grant_type: client('unsupported_grant_type', 'Invalid grant_type: ', 400),
  invalid_client: client('invalid_client', 'The OAuth client was not found.'),
  invalid_client_unauthorized: client('invalid_client', 'Unauthorized'),
  invalid_client_secret: client('invalid_client', 'The provided client secret is invalid.'),
  deleted_client: client('deleted_client', 'The OAuth client was deleted.'),
  disabled_client: client('disabled_client', 'The OAuth client was disabled.'),
  unauthorized_client: client('unauthorized_client', 'Unauthorized'),
  admin_policy_enforced: client('admin_policy_enforced', 'Access blocked by admin policy', 400),
  org_internal: client('org_internal', 'Access restricted to the organization', 400),
  token_403: client('rate_limit_exceeded', 'Rate Limit Exceeded', 403),
  token_429: client('rate_limit_exceeded', 'Rate Limit Exceeded', 429),
  token_500: client('internal_failure', 'Internal Error', 500),
  token_503: client('backend_error', 'Backend Error', 503),
  token_502_html: () => html(502, 'Server Error'),
  token_504_html: () => html(504, 'Gateway Timeout'),
}

export function oauthFailure(
  status: number,
  error: string,
  description: string,
  subtype?: string,
): Failure {
  return {
    status,
    body: {
      error,
      error_description: description,
      ...(subtype ? { error_subtype: subtype } : {}),
    },
  }
}
