/**
 * Credentials that nobody registered. Google does not know them, and in tests neither does the emulator. For somebody
 * who tries Pollux with made-up credentials, it can be set to accept any that have the right form.
 */
import type { JWTPayload } from 'jose'
import type {
  ApiKeyInput,
  AuthorizedUserInput,
  CredentialInput,
  ServiceAccountInput,
} from './protocol.ts'
import { handleOf } from './state/credentials.ts'
import type { State } from './state/index.ts'

const API_KEY = /^[\w.-]{16,200}$/
const EMAIL = /^[\w.-]+@(?<project>[a-z][a-z0-9-]{2,60})\.iam\.gserviceaccount\.com$/

export function admitApiKey(state: State, key: string): ApiKeyInput | undefined {
  return API_KEY.test(key) ? admit(state, { type: 'api_key', api_key: key }) : undefined
}

export function admitUser(state: State, form: URLSearchParams): AuthorizedUserInput | undefined {
  const [clientId, secret, token] = ['client_id', 'client_secret', 'refresh_token'].map(
    (name) => form.get(name) ?? '',
  )
  if (!clientId || !secret || !token) return undefined
  return admit(state, {
    type: 'authorized_user',
    client_id: clientId,
    client_secret: secret,
    refresh_token: token,
  })
}

/** The account's key is not known, so its signature is not checked. */
export function admitAccount(state: State, { iss }: JWTPayload): ServiceAccountInput | undefined {
  const project = EMAIL.exec(iss ?? '')?.groups?.['project']
  if (iss === undefined || project === undefined) return undefined
  return admit(state, { type: 'service_account', client_email: iss, project })
}

/** A credential that was removed stays removed, as if its owner had revoked it. */
function admit<Input extends CredentialInput>(
  { settings, credentials }: State,
  input: Input,
): Input | undefined {
  if (settings.credentials !== 'any' || credentials.wasRemoved(handleOf(input))) return undefined
  credentials.register(input, 'admitted')
  return input
}
