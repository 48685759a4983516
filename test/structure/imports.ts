import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * What each TypeScript file below `root` imports from files in the project, including types. Paths start at the
 * repository's top.
 */
export function importsBelow(root: string): ReadonlyMap<string, readonly string[]> {
  return new Map(filesBelow(root).map((file) => [file, importsOf(file)]))
}

/** Every TypeScript file below `root`, by its path from the repository's top. */
export function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(root, name))
}

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const named = source.matchAll(/\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)
  return [...named].map(([, path = '']) => join(dirname(file), path))
}

/** The import chains that lead back to where they began, one for each circle. */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const way: string[] = []
  const walk = (file: string): void => {
    const at = way.indexOf(file)
    if (at !== -1) circles.push([...way.slice(at), file])
    if (at !== -1 || done.has(file)) return
    way.push(file)
    for (const next of imports.get(file) ?? []) walk(next)
    way.pop()
    done.add(file)
  }
  for (const file of imports.keys()) walk(file)
  return circles
}
