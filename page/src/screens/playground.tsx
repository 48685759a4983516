import { useRef, useState } from 'preact/hooks'
import { send } from '../api.ts'
import { Problem, Section, Table } from '../pieces.tsx'
import { role } from '../session.ts'
import { textsIn } from '../sse.ts'
import { Title } from '../title.tsx'

export function Playground() {
  const [text, setText] = useState('')
  const [headers, setHeaders] = useState<readonly (readonly [string, string])[]>([])
  const [error, setError] = useState<Error | null>(null)
  const [isBusy, setBusy] = useState(false)
  const reader = useRef<ReadableStreamDefaultReader<Uint8Array> | null>(null)

  const chat = async (form: FormData): Promise<void> => {
    const value = (name: string): string => {
      const found = form.get(name)
      return typeof found === 'string' ? found.trim() : ''
    }
    setBusy(true)
    setError(null)
    setText('')
    setHeaders([])
    try {
      const body = {
        model: value('model'),
        messages: [{ role: 'user', content: value('message') }],
        stream: true,
      }
      const own = value('key')
      const response = await send({ path: '/v1/chat/completions', body, ...(own && { key: own }) })
      setHeaders([...response.headers].filter(([name]) => name.startsWith('x-')))
      reader.current = response.body?.getReader() ?? null
      if (reader.current !== null) {
        for await (const piece of textsIn(reader.current)) setText((had) => had + piece)
      }
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown : new Error('Failed'))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Title text="Playground" />
      <form
        class="wide"
        onSubmit={(event) => {
          event.preventDefault()
          void chat(new FormData(event.currentTarget))
        }}
      >
        {role.value === 'admin' && (
          <>
            <label for="user-key">A user’s key</label>
            <input
              id="user-key"
              name="key"
              type="password"
              autocomplete="off"
              required
              aria-describedby="user-key-hint"
            />
            <p class="hint" id="user-key-hint">
              The master key does not chat. This one is used for these requests and kept nowhere.
            </p>
          </>
        )}
        <label for="chat-model">Model</label>
        <input id="chat-model" name="model" required defaultValue="gemini-2.5-flash" />
        <label for="message">Message</label>
        <textarea id="message" name="message" rows={4} required>
          Hello, Pollux!
        </textarea>
        <div class="acts">
          <button class="main" disabled={isBusy}>
            {isBusy ? 'Answering…' : 'Send'}
          </button>
          <button type="button" disabled={!isBusy} onClick={() => void reader.current?.cancel()}>
            Stop
          </button>
        </div>
      </form>
      <Problem error={error} />
      <Section title="Answer">
        <pre aria-live="polite" aria-busy={isBusy}>
          {text}
        </pre>
        {headers.length > 0 && (
          <Table
            caption="Headers of the answer"
            columns={['Header', 'Value']}
            rows={headers.map(([name, value]) => ({
              id: name,
              cells: [name, <code>{value}</code>],
            }))}
          />
        )}
      </Section>
    </>
  )
}
