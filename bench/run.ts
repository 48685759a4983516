/** `npm run bench -- [case…]`: measures Pollux compared with bare Workers, and writes the results down. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { agent } from './cases/agent.ts'
import { type Case, type Effort, manyShort } from './cases/case.ts'
import { DIALECT_CASES } from './cases/dialects.ts'
import { images } from './cases/images.ts'
import { long } from './cases/long.ts'
import { short, single } from './cases/short.ts'
import { bundled, start } from './cases/start.ts'
import { object } from './cases/object.ts'
import { crowded, open, paced, stream } from './cases/stream.ts'
import { users } from './cases/users.ts'
import { machine, table } from './report.ts'
import { peerAt } from './peer.ts'
import { Sides } from './sides.ts'

const CASES: readonly Case[] = [
  short,
  single,
  stream,
  paced,
  crowded,
  open,
  ...DIALECT_CASES,
  agent,
  long,
  images,
  users,
  start,
  object,
  bundled,
]

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    // see bench/README.md
    peer: { type: 'string' },
    'peer-key': { type: 'string', default: 'bench' },
    'peer-model': { type: 'string', default: 'gemini-2.5-flash' },
    'upstream-port': { type: 'string', default: '0' },
  },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !CASES.some((one) => one.name === name))
if (unknown !== undefined) {
  console.error(`There is no '${unknown}'; there are: ${CASES.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
const effort: Effort = { rounds: Number(values.rounds), scale: Number(values.scale) }
const setting = {
  upstreamPort: Number(values['upstream-port']),
  peer:
    values.peer === undefined
      ? null
      : peerAt(values.peer, values['peer-key'], values['peer-model']),
}
const chosen = CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

const began = performance.now()
const before = machine()
const rows = []
const notes = []
for (const { name, run } of chosen) {
  console.error(`${name} …`)
  using sides = await Sides.start(setting)
  const result = await run(sides, effort)
  rows.push(...result.rows)
  notes.push(...result.notes)
}
const seconds = ((performance.now() - began) / 1000).toFixed(0)
const date = new Date().toISOString().slice(0, 10)
const report = `# Bench of ${date}

${before}. ${effort.rounds} rounds, ${manyShort(effort)} of short work and of starts; ${seconds} s.

${table(rows)}

${notes.map((note) => `- ${note}`).join('\n')}
`
console.log(report)
if (positionals.length === 0 && effort.scale === 1 && setting.peer === null) {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${date}.md`), report)
}
