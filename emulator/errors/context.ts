import type { Failure } from './failure.ts'

/** What the texts of a preset may contain. */
export interface PresetContext {
  model: string
  project: string
  location: string
  /** host of the front end, e.g. `aiplatform.googleapis.com` */
  service: string
  /** version of the API in the path */
  version: string
  method: string
  now: number
  retryDelay?: string
}

export type Preset = (context: PresetContext) => Failure
