/** Runs the built Worker on the workerd binary itself: no development server stands between it and its clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Build } from '../build.ts'
import { configOf, type Served } from './config.ts'
import { drained, hold, SEES_CONNECTIONS } from './draining.ts'

export interface ServeOptions extends Omit<Served, 'build' | 'assets' | 'secrets' | 'holdAt'> {
  /** The project's folder. */
  readonly root: string
  readonly secrets: Readonly<Record<string, string>>
}

export interface Serving {
  /** Resolves at the first answer of /health; rejects if workerd ends before. */
  readonly ready: Promise<void>
  readonly ended: Promise<void>
  /** Lets requests under way end, within a time, and what they leave to be done. */
  stop(): Promise<void>
}

const POLL_MS = 25
/**
 * workerd serves no new connections, and waits for requests under way: so long at the most. Docker kills after 10 s,
 * and until then nobody else serves.
 */
const STOP_GRACE_MS = 8_000
/** Until workerd has ended once nothing is under way any more. */
const END_MS = 2_000
/**
 * workerd outlives its parent, and would go on writing to a folder that another Pollux may use by then. So a shell
 * kills it when `cat` ends, and `cat` ends with the pipe that this process holds, however this process dies. A signal
 * ends the shell's `wait`, so it waits again.
 */
const WITH_PARENT = `exec 3<&0
"$@" </dev/null 3<&- &
child=$!
trap 'kill -TERM $child' TERM
(cat <&3 >/dev/null; kill -KILL $child 2>/dev/null) >/dev/null 2>&1 &
while kill -0 $child 2>/dev/null; do wait $child; done`

export function serve({ root, secrets, ...options }: ServeOptions): Serving {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-'))
  const holdAt = join(folder, 'hold')
  const dist = join(root, 'dist')
  const build = JSON.parse(readFileSync(join(dist, 'worker.json'), 'utf8')) as Build // only scripts/build.ts writes it
  for (const name of ['worker.js', 'key-value.js']) {
    copyFileSync(join(dist, name), join(folder, name))
  }
  writeFileSync(
    join(folder, 'config.capnp'),
    configOf({
      ...options,
      build,
      assets: join(root, build.assets.folder),
      holdAt,
      secrets: Object.keys(secrets),
    }),
  )
  mkdirSync(join(options.state, 'v3', 'do'), { recursive: true })

  const binary = join(root, 'node_modules', 'workerd', 'bin', 'workerd')
  const child = spawn(
    'sh',
    ['-c', WITH_PARENT, 'sh', binary, 'serve', '--experimental', join(folder, 'config.capnp')],
    { stdio: ['pipe', 'inherit', 'inherit'], detached: true, env: { ...process.env, ...secrets } },
  )
  const ended = once(child, 'exit').then(() => killGroup(child))
  return {
    ready: untilHealthy(options.port, ended),
    ended,
    async stop() {
      const letGo = SEES_CONNECTIONS
        ? await Promise.race([hold(holdAt), ended, sleep(END_MS)])
        : null
      child.kill('SIGTERM')
      const done = letGo ? drained(options.port) : ended
      await Promise.race([ended, done, sleep(STOP_GRACE_MS, undefined, { ref: false })])
      letGo?.()
      await Promise.race([ended, sleep(END_MS, undefined, { ref: false })])
      killGroup(child)
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilHealthy(port: number, ended: Promise<void>): Promise<void> {
  let isOver = false
  void ended.then(() => (isOver = true))
  while (!isOver) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
    await Promise.race([ended, sleep(POLL_MS)])
  }
  throw new Error('workerd ended before the Worker answered.')
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the process group has ended already
  }
}
