/** Plans: settings and limits that many users share. */

export interface LimitsWire {
  readonly max_concurrency: number | null
  readonly requests_per_minute: number | null
  readonly tokens_per_minute: number | null
  readonly requests_per_day: number | null
  readonly tokens_per_day: number | null
  readonly total_tokens: number | null
  /** Dollars, as the next two. */
  readonly usd_per_day: number | null
  readonly usd_per_month: number | null
  readonly usd_total: number | null
}

/** What a plan may set. What it leaves out is set for each user alone. */
export interface PlanSettings {
  readonly mode?: 'sticky' | 'round_robin' | 'least_used'
  readonly affinity?: boolean
  readonly models?: readonly string[] | null
  readonly aliases?: Readonly<Record<string, string>>
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  readonly limits?: Partial<LimitsWire>
  readonly reasoning_format?: string | null
  readonly safety_settings?: readonly { readonly category: string; readonly threshold: string }[]
  readonly store_responses?: boolean
}

/** `GET` and `PUT /v1/config/plans/{name}` answer with one, `GET /v1/config/plans` with all. */
export interface Plan {
  readonly name: string
  readonly settings: PlanSettings
  readonly updated_at: string
  /** How many users have it. */
  readonly users: number
}

export interface PlanAnswer {
  readonly status: 'ok'
  readonly plan: Plan
}

export interface PlanList {
  readonly status: 'ok'
  readonly plans: readonly Plan[]
}
