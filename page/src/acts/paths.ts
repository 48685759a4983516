export const pathOf = (user: string): string => `/v1/config/users/${encodeURIComponent(user)}`

export const credentialPath = (user: string, credential: string): string =>
  `${pathOf(user)}/credentials/${encodeURIComponent(credential)}`
