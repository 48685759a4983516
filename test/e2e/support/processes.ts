/** Which processes exist. From /proc if there is one, since slim images lack `ps`. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

interface Process {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly command: string
}

/** `pid` and all its descendants. */
export function family(pid: number): readonly Process[] {
  const all = processes()
  const members = all.filter((process) => process.pid === pid)
  // The list grows during the loop, so grandchildren are found too.
  for (const { pid: parent } of members) {
    members.push(...all.filter((process) => process.parent === parent))
  }
  return members
}

/** Those of `pids` that still run. A dead process that only waits to be reaped does not count. */
export function running(pids: readonly number[]): readonly Process[] {
  return processes().filter(({ pid, state }) => pids.includes(pid) && !state.startsWith('Z'))
}

/** Processes whose command line contains `text`. */
export function mentioning(text: string): readonly Process[] {
  return processes().filter(
    ({ command, state }) => command.includes(text) && !state.startsWith('Z'),
  )
}

function processes(): readonly Process[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs()
}

function fromProc(): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // pid (name, which may contain anything) state parent …
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return [{ pid: Number(name), parent: Number(parent), state, command }]
    } catch {
      return [] // it ended after the folder was read
    }
  })
}

function fromPs(): readonly Process[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state=,command='], { encoding: 'utf8' })
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state = '', ...command] = line.trim().split(/\s+/)
      return { pid: Number(pid), parent: Number(parent), state, command: command.join(' ') }
    })
}
