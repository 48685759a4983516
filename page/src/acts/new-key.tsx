import { useState } from 'preact/hooks'

interface Answer {
  readonly apiKey?: string
  readonly user?: { readonly id?: string }
}

/** A key that was just minted. It is shown only here. */
export function NewKey({ answer }: { readonly answer: unknown }) {
  const { apiKey, user } = answer as Answer
  const [copied, setCopied] = useState('')
  if (apiKey === undefined) {
    return (
      <p>
        Done. The user's id is <code>{user?.id}</code>.
      </p>
    )
  }
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(apiKey)
      setCopied('Copied.')
    } catch {
      setCopied('The browser does not let this page copy: mark the key and copy it.')
    }
  }
  return (
    <>
      <p>This key is shown now and never again.</p>
      <pre>
        <code>{apiKey}</code>
      </pre>
      <button type="button" onClick={() => void copy()}>
        Copy the key
      </button>
      <p role="status">{copied}</p>
    </>
  )
}
