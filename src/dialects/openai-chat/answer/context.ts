export interface ChatContext {
  readonly id: string
  /** Unix seconds, an integer. */
  readonly created: number
  /** As the client asked for it. */
  readonly model: string
}
