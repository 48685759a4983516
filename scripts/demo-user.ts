import type { DemoCredentials } from './demo-credentials.ts'

/** Gives the demo user its three credentials; one that it has already is updated in place. */
export async function configureDemoUser(
  url: string,
  keys: { readonly MASTER_API_KEY: string; readonly USER_API_KEY: string },
  credentials: DemoCredentials,
): Promise<void> {
  const ring = [
    { label: 'demo: Gemini API key', gcpServiceAccount: credentials.apiKey },
    { label: 'demo: Vertex service account', gcpServiceAccount: credentials.serviceAccount },
    { label: 'demo: Code Assist user', gcpServiceAccount: credentials.authorizedUser },
  ]
  for (const entry of ring) {
    const answer = await fetch(`${url}/v1/config/update`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.MASTER_API_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ apiKey: keys.USER_API_KEY, ...entry }),
    })
    const text = await answer.text()
    if (!answer.ok) {
      throw new Error(`The demo user could not be configured: ${answer.status} ${text}`)
    }
  }
}
