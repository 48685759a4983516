/** `npm run openapi` writes public/openapi.json. With `--check` it says whether the file is up to date. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openapiDocument } from './document.ts'

const FILE = join(import.meta.dirname, '../public/openapi.json')
const written = linesOf(JSON.stringify(openapiDocument()))

if (!process.argv.includes('--check')) {
  await writeFile(FILE, written)
} else if ((await readFile(FILE, 'utf8').catch(() => '')) !== written) {
  console.error(
    'public/openapi.json is not what the schemas say: `npm run openapi` writes it anew.',
  )
  process.exit(1)
}

/** One line for each path and component, so that a diff shows where a change is. */
function linesOf(json: string): string {
  return `${json.replace(/(?="\/[^"]*":\{)|(?="[A-Z]\w*":\{"(?:type|oneOf|anyOf)")/g, '\n')}\n`
}
