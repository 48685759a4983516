import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process of the bench that answers each message with one message. */
export interface Child {
  readonly pid: number
  /** Its first message. */
  readonly greeting: unknown
  ask(message: object): Promise<unknown>
  stop(): void
}

export async function startChild(file: string, args: readonly string[] = []): Promise<Child> {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: [] })
  const next = async (): Promise<unknown> => {
    const ended = new AbortController()
    const gone = once(child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error(`${file} has ended`)
    })
    gone.catch(() => undefined)
    const [message] = (await Promise.race([once(child, 'message'), gone])) as unknown[]
    ended.abort()
    return message
  }
  const greeting = await next()
  return {
    pid: child.pid ?? 0,
    greeting,
    ask(message) {
      const answer = next()
      child.send(message)
      return answer
    },
    stop: () => void child.kill(),
  }
}
