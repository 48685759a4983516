/** Interactions that were stored (ai.google.dev, "Interactions API"). */
import type { JsonObject } from '../json.ts'
import type { Content } from '../proto/types.ts'
import { Shelf } from './shelf.ts'
import type { Owned } from './shelf.ts'

export type InteractionStatus = 'in_progress' | 'requires_action' | 'completed' | 'cancelled'

export interface Interaction extends Owned {
  readonly id: string
  readonly model: string
  readonly previous: string | undefined
  /** the conversation up to here, for interactions that continue it */
  readonly said: Content[]
  readonly steps: JsonObject[]
  readonly usage: JsonObject
  /** the status with which it ends */
  readonly ends: InteractionStatus
  status: InteractionStatus
  /** of an interaction in the background: polls until it is done */
  pollsLeft: number
  updatedAt: number
}

export class Interactions extends Shelf<Interaction> {
  poll(interaction: Interaction, now: number): void {
    if (interaction.status !== 'in_progress') return
    interaction.pollsLeft -= 1
    if (interaction.pollsLeft > 0) return
    interaction.status = interaction.ends
    interaction.updatedAt = now
  }
}
