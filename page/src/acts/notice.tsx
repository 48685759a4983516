import { signal } from '@preact/signals'

const said = signal('')

/** Tells of an act that is done, to readers of the screen too. */
export function tell(text: string): void {
  said.value = text
}

export function Notice() {
  return (
    <p role="status" class="good">
      {said.value}
    </p>
  )
}
