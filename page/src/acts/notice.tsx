import { signal } from '@preact/signals'

const said = signal('')

/** Says that an act is done, to screen readers too. */
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
