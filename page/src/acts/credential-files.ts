/** A line of an import: what to post for it, or why it is refused. */
export type Read =
  | { readonly name: string; readonly body: { readonly gcpServiceAccount: unknown } }
  | { readonly name: string; readonly refused: string }

/** Reads what was pasted or dropped: a JSON file, an array of them, or API keys, one a line. Never throws. */
export function readCredentials(name: string, text: string): readonly Read[] {
  const trimmed = text.trim()
  if (trimmed === '') return []
  if (!/^[[{]/.test(trimmed)) return keysIn(name, trimmed)
  try {
    const value = JSON.parse(trimmed) as unknown
    const files = Array.isArray(value) ? value : [value]
    return files.map((file, index) =>
      fileIn(files.length === 1 ? name : `${name} ${index + 1}`, file),
    )
  } catch {
    return [{ name, refused: 'This is no JSON: a brace, a quote or a comma is missing.' }]
  }
}

function keysIn(name: string, text: string): readonly Read[] {
  const keys = text.split(/[\s,]+/).filter(Boolean)
  return keys.map((api_key, index) => ({
    name: `${name}, key ${index + 1}`,
    body: { gcpServiceAccount: { type: 'api_key', api_key } },
  }))
}

function fileIn(name: string, file: unknown): Read {
  if (typeof file === 'string') {
    return {
      name,
      body: { gcpServiceAccount: file.startsWith('{') ? file : { type: 'api_key', api_key: file } },
    }
  }
  if (typeof file !== 'object' || file === null) return { name, refused: 'This is no credential.' }
  if (isGeminiCli(file)) return { name, refused: GEMINI_CLI }
  if ('installed' in file || 'web' in file) {
    return {
      name,
      refused:
        'This names an OAuth client, not an account: take the file that gcloud or the console made for the account.',
    }
  }
  return { name, body: { gcpServiceAccount: file } }
}

/** ~/.gemini/oauth_creds.json holds tokens, but not the OAuth client to which they belong. */
function isGeminiCli(file: object): boolean {
  return ('access_token' in file || 'refresh_token' in file) && !('client_secret' in file)
}

const GEMINI_CLI =
  'This is the oauth_creds.json of Gemini CLI. Its tokens belong to the CLI’s own client, which is not in the file, so they cannot be renewed here. Use a service account, `gcloud auth application-default login`, or an API key.'
