import { useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { Problem } from '../pieces.tsx'
import { pathOf } from './paths.ts'
import { saveJson } from './save.ts'

/** Saves the user as a sealed bundle in a file. */
export function Export({ id }: { readonly id: string }) {
  const [error, setError] = useState<Error | null>(null)
  const save = async (): Promise<void> => {
    setError(null)
    try {
      saveJson(`user-${id.slice(0, 8)}.json`, await ask<unknown>({ path: `${pathOf(id)}/export` }))
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    }
  }
  return (
    <>
      <button type="button" onClick={() => void save()}>
        Save sealed bundle
      </button>
      <Problem error={error} />
    </>
  )
}
