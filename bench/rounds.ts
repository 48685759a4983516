/** Runs the same work against each target in turn, in rotated order, and reads what it cost from the operating system. */
import type { Done } from './load.ts'
import { cpuMs, machineMs, memory } from './processes.ts'
import type { Sides, Work } from './sides.ts'
import { type Name, type Subject, startSubject } from './subjects.ts'

/** `direct`: no Worker between, which tells what of a time is the Worker's. */
export type Target = Name | 'direct'

export interface Measured extends Done {
  /** CPU time of workerd. */
  readonly cpuMs: number
  /** By how much workerd's resident memory grew at its most, and its most. */
  readonly grownBytes: number
  readonly peakBytes: number
  /** The busier of the two sides: its share of one core. */
  readonly sideShare: number
  /** Share of the machine's time that other programs had. */
  readonly othersShare: number
}

export type Rounds = Readonly<Record<string, readonly Measured[]>>

export interface Plan {
  readonly targets: readonly Target[]
  readonly work: Work
  readonly rounds: number
  /** So much of the work each process does first: most run for days, and compile in their first minutes. */
  readonly warmUp: Pick<Work, 'connections' | 'requests'>
  /** A process of its own for each round: the memory of the last one is still resident in the old. */
  readonly fresh?: boolean
}

export async function runRounds(sides: Sides, plan: Plan): Promise<Rounds> {
  const { targets, work, rounds, warmUp, fresh = false } = plan
  await using running = new AsyncDisposableStack()
  const subjects = new Map<Target, Subject | null>()
  const start = async (target: Target): Promise<Subject | null> => {
    if (target === 'direct') return null
    const subject = await startSubject(target, sides.upstreamPort)
    await sides.run({ ...work, ...warmUp }, subject.workerd.port)
    return subject
  }
  if (!fresh) {
    for (const target of targets) {
      const subject = await start(target)
      subjects.set(target, subject)
      if (subject !== null) running.use(subject)
    }
  }
  const results: Record<string, Measured[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const target = targets[(round + turn) % targets.length] ?? 'a'
      const subject = subjects.get(target) ?? (await start(target))
      const measured = await measure(sides, subject, work)
      if (measured.failed > 0) throw new Error(`${measured.failed} requests failed (${target})`)
      ;(results[target] ??= []).push(measured)
      if (fresh) await subject?.[Symbol.asyncDispose]()
    }
  }
  return results
}

function portOf(subject: Subject | null, sides: Sides): number {
  return subject?.workerd.port ?? sides.upstreamPort
}

async function measure(sides: Sides, subject: Subject | null, work: Work): Promise<Measured> {
  const pid = subject?.workerd.pid ?? null
  const workerd = (): number => (pid === null ? 0 : cpuMs(pid))
  const [cpu, side, machine] = [workerd(), sides.cpu(), machineMs()]
  const [own, began] = [process.cpuUsage(), performance.now()]
  const before = pid === null ? 0 : memory(pid, 'now')
  const done = await sides.run(work, portOf(subject, sides))
  const used = workerd() - cpu
  const { load, upstream } = sides.cpu()
  const shares = [load - side.load, upstream - side.upstream].map((ms) => ms / done.wallMs)
  const { user, system } = process.cpuUsage(own)
  const ours = used + load - side.load + upstream - side.upstream + (user + system) / 1000
  const others = (machineMs() - machine - ours) / (performance.now() - began)
  const peakBytes = pid === null ? 0 : memory(pid, 'peak')
  return {
    ...done,
    cpuMs: used,
    grownBytes: peakBytes - before,
    peakBytes,
    sideShare: Math.max(...shares),
    othersShare: Math.max(0, others),
  }
}
