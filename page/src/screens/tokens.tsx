import { useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { words } from '../format.ts'
import { Countdown, Problem, Section, Table } from '../pieces.tsx'
import type { Credential, HeldToken } from '../wire.ts'
import { nameOf } from './name-of.ts'

/** Which of Google's access tokens the user's object holds, without the tokens themselves. Loaded on demand. */
export function Tokens({
  id,
  credentials,
}: {
  /** The user's id; null for the caller's own ring. */
  readonly id: string | null
  readonly credentials: readonly Credential[]
}) {
  const [tokens, setTokens] = useState<readonly HeldToken[] | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const look = async (): Promise<void> => {
    setError(null)
    try {
      const path = `/v1/debug/cache${id === null ? '' : `?user=${id}`}`
      setTokens((await ask<{ readonly tokens: readonly HeldToken[] }>({ path })).tokens)
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  return (
    <Section
      title="Access tokens"
      acts={
        <button type="button" onClick={() => void look()}>
          {tokens === null ? 'Show held tokens' : 'Look again'}
        </button>
      }
    >
      <Problem error={error} />
      {tokens !== null && (
        <Table
          caption="Access tokens"
          columns={['Credential', 'Type', 'Token', 'Another try']}
          rows={tokens.map(({ credential, type, held, usable_until: until, retry_at: retry }) => ({
            id: credential,
            cells: [
              nameOf(credential, credentials),
              words(type),
              type === 'api_key' ? (
                'needs none'
              ) : !held ? (
                'none is held'
              ) : until === null ? (
                'held'
              ) : (
                <>
                  held for another <Countdown to={until} />
                </>
              ),
              retry === null ? '–' : <Countdown to={retry} />,
            ],
          }))}
        />
      )}
    </Section>
  )
}
