import { type Model, MODELS } from './catalogue.ts'

/**
 * Google's names for its latest models. Only the Gemini API knows them, so for the other upstreams they are resolved
 * here.
 */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['gemini-flash-latest', 'gemini-3.8-flash'],
  ['gemini-flash-lite-latest', 'gemini-3.5-flash-lite'],
  ['gemini-pro-latest', 'gemini-3.1-pro-preview'],
])

const BY_ID: ReadonlyMap<string, Model> = new Map(MODELS.map((model) => [model.id, model]))

export function listModels(): readonly Model[] {
  return MODELS
}

const PREFIXES = /^(?:(?:models|publishers\/google\/models|google|gemini|openai|responses)\/)+/i

/** Finds a model by id or alias, with or without a prefix of the client's. */
export function findModel(name: string): Model | undefined {
  const id = stripModelPrefix(name)
  return BY_ID.get(ALIASES.get(id) ?? id)
}

/**
 * Removes prefixes: `models/x` is Google's spelling, `publishers/google/models/x` Vertex's, which Google's SDK puts
 * behind `models/`, `google/x` OpenRouter's and Vertex's, `gemini/x`, `openai/x` and `responses/x` LiteLLM's
 * (docs/clients.md: Lists of models). Google's names become lower case. Other names may be a user's own, so their case
 * stays.
 */
export function stripModelPrefix(name: string): string {
  const bare = name.includes('/') ? name.replace(PREFIXES, '') : name
  const lower = bare.toLowerCase()
  return lower !== bare && (/^gem(?:ini|ma)-/.test(lower) || BY_ID.has(lower)) ? lower : bare
}

const FAMILIES =
  /^(?:gemini|gemma|imagen|veo|lyria|learnlm|nano-banana|text-(?:multilingual-)?embedding)-[a-z0-9.-]{1,60}$/

/** Whether a model's name has the form of Google's, whether it is in the catalogue or not. */
export function isNameOfGoogles(name: string): boolean {
  return FAMILIES.test(name)
}
