/** What the operating system knows about a process (proc(5)). Linux only. */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Linux reports CPU time to programs in hundredths of a second. */
const TICK_MS = 10

/** CPU time of all threads, user and system, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Resident memory in bytes: now, or the highest so far. */
export function memory(pid: number, of: 'now' | 'peak'): number {
  const name = of === 'now' ? 'VmRSS' : 'VmHWM'
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
}

/** CPU time that the whole machine spent on anything, in milliseconds. */
export function machineMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}
