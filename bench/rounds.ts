/** Runs the same work against each target in rotating order, and reads its cost from the operating system. */
import type { Done } from './load.ts'
import { cpuMs, machineMs, memory } from './processes.ts'
import type { Address, Sides, Work } from './sides.ts'
import { type Dialect, isDialect } from './spoken.ts'
import { type Name, startSubject } from './subjects.ts'

/**
 * `direct`: without a Worker, which shows how much of a time is the Worker's. `peer`: the program of `--peer`. A
 * dialect: a separate process of Pollux that is asked in that dialect, while (d) is asked in chat.
 */
export type Target = Name | Dialect | 'direct' | 'peer'

/** A running target: where to send requests, and whose CPU and memory to read. */
interface Running {
  readonly address: Address
  readonly pids: readonly number[]
  stop(): PromiseLike<void>
}

export interface Measured extends Done {
  /** CPU time of workerd or of the peer. */
  readonly cpuMs: number
  /** The highest growth of its resident memory, and the highest value. */
  readonly grownBytes: number
  readonly peakBytes: number
  /** The share of one core that the busier of the two sides used. */
  readonly sideShare: number
  /** The share of the machine's time that other programs used. */
  readonly othersShare: number
}

export type Rounds = Readonly<Record<string, readonly Measured[]>>

export interface Plan {
  readonly targets: readonly Target[]
  readonly work: Work
  readonly rounds: number
  /**
   * Work that each process does before it is measured: most processes run for days, and compile in their first
   * minutes.
   */
  readonly warmUp: Pick<Work, 'connections' | 'requests'>
  /** Starts a new process for each round, since an old one still holds memory of the round before. */
  readonly fresh?: boolean
}

export async function runRounds(sides: Sides, plan: Plan): Promise<Rounds> {
  const { work, rounds, warmUp, fresh = false } = plan
  const targets = sides.peer === null ? plan.targets : ([...plan.targets, 'peer'] as const)
  await using stack = new AsyncDisposableStack()
  const running = new Map<Target, Running>()
  const start = async (target: Target): Promise<Running> => {
    const started = await run(target, sides)
    if (target !== 'direct') await sides.run({ ...work, ...warmUp }, started.address, target)
    return started
  }
  if (!fresh) {
    for (const target of targets) {
      const started = await start(target)
      running.set(target, started)
      stack.defer(() => started.stop())
    }
  }
  const results: Record<string, Measured[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const target = targets[(round + turn) % targets.length] ?? 'a'
      const one = running.get(target) ?? (await start(target))
      const measured = await measure(sides, one, work, target)
      if (measured.failed > 0) throw new Error(`${measured.failed} requests failed (${target})`)
      ;(results[target] ??= []).push(measured)
      if (fresh) await one.stop()
    }
  }
  return results
}

async function run(target: Target, sides: Sides): Promise<Running> {
  const stop = (): Promise<void> => Promise.resolve()
  if (target === 'direct') return { address: { port: sides.upstreamPort }, pids: [], stop }
  // Somebody else has started it, and it goes on after the bench.
  if (target === 'peer') {
    if (sides.peer === null) throw new Error('There is no peer.')
    return { address: sides.peer, pids: sides.peer.pids, stop }
  }
  const subject = await startSubject(isDialect(target) ? 'd' : target, sides.upstreamPort)
  const { port, pid } = subject.workerd
  return { address: { port }, pids: [pid], stop: () => subject[Symbol.asyncDispose]() }
}

async function measure(
  sides: Sides,
  { address, pids }: Running,
  work: Work,
  target: Target,
): Promise<Measured> {
  const cpuOf = (): number => sum(pids, cpuMs)
  const memoryOf = (of: 'now' | 'peak'): number => sum(pids, (pid) => memory(pid, of))
  const [cpu, side, machine] = [cpuOf(), sides.cpu(), machineMs()]
  const [own, began] = [process.cpuUsage(), performance.now()]
  const before = memoryOf('now')
  const done = await sides.run(work, address, target)
  const used = cpuOf() - cpu
  const { load, upstream } = sides.cpu()
  const shares = [load - side.load, upstream - side.upstream].map((ms) => ms / done.wallMs)
  const { user, system } = process.cpuUsage(own)
  const ours = used + load - side.load + upstream - side.upstream + (user + system) / 1000
  const others = (machineMs() - machine - ours) / (performance.now() - began)
  const peakBytes = memoryOf('peak')
  return {
    ...done,
    cpuMs: used,
    grownBytes: peakBytes - before,
    peakBytes,
    sideShare: Math.max(...shares),
    othersShare: Math.max(0, others),
  }
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0)
}
