import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { ApiKeyJson, AuthorizedUserJson, ServiceAccountJson } from '../emulator/client.ts'
import type { CredentialInput } from '../emulator/protocol.ts'

/** One credential of each kind, in the form that admins post. */
export interface DemoCredentials {
  readonly apiKey: ApiKeyJson
  readonly serviceAccount: ServiceAccountJson
  readonly authorizedUser: AuthorizedUserJson
}

const PROJECT = 'pollux-demo'

/** The demo user's credentials. They are made at the first start, and read from the file at every later one. */
export function ensureDemoCredentials(file: string): DemoCredentials {
  if (existsSync(file)) {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoCredentials // nothing but this function writes the file
  }
  const made = make()
  // Written whole or not at all: a half-written file would break every later start.
  writeFileSync(`${file}.new`, JSON.stringify(made, null, 2), { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return made
}

/** What the emulator must know to accept these credentials. */
export function toGoogle(credentials: DemoCredentials): readonly CredentialInput[] {
  const { apiKey, serviceAccount, authorizedUser } = credentials
  return [
    { ...apiKey, project: PROJECT },
    {
      type: 'service_account',
      client_email: serviceAccount.client_email,
      private_key_id: serviceAccount.private_key_id,
      public_key_pem: createPublicKey(serviceAccount.private_key)
        .export({ format: 'pem', type: 'spki' })
        .toString(),
      project: PROJECT,
    },
    { ...authorizedUser, persona: 'licensed', project: PROJECT },
  ]
}

function make(): DemoCredentials {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    apiKey: { type: 'api_key', api_key: `AIzaSy${random(24)}` },
    serviceAccount: {
      type: 'service_account',
      project_id: PROJECT,
      private_key_id: randomBytes(20).toString('hex'),
      private_key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      client_email: `demo@${PROJECT}.iam.gserviceaccount.com`,
      client_id: '100000000000000000000',
      token_uri: 'https://oauth2.googleapis.com/token',
    },
    authorizedUser: {
      type: 'authorized_user',
      client_id: `${random(12)}.apps.googleusercontent.com`,
      client_secret: `GOCSPX-${random(18)}`,
      refresh_token: `1//0${random(36)}`,
    },
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
