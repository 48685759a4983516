import type { TargetedDragEvent } from 'preact'

/** A field of a form. Its value is text; a checkbox has 'true' or an empty text. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly type?:
    | 'text'
    | 'number'
    | 'password'
    | 'datetime-local'
    | 'textarea'
    | 'checkbox'
    | 'select'
  readonly value?: string | boolean
  readonly options?: readonly string[]
  readonly required?: boolean
  readonly hint?: string
  /** The only text that is accepted, for acts that cannot be undone. */
  readonly exactly?: string
}

export type Values = Readonly<Record<string, string>>

/** The values of a form. A checkbox has 'true' or an empty text. */
export function valuesOf(form: HTMLFormElement, fields: readonly Field[]): Values {
  const data = new FormData(form)
  return Object.fromEntries(
    fields.map(({ name }) => {
      const value = data.get(name)
      return [name, typeof value === 'string' ? value : '']
    }),
  )
}

export function Input({ field, prefix }: { readonly field: Field; readonly prefix: string }) {
  const { name, label, type = 'text', value, options = [], required = false, hint, exactly } = field
  const id = `${prefix}-${name}`
  const described = hint === undefined ? undefined : `${id}-hint`
  const common = { id, name, required, 'aria-describedby': described }
  if (type === 'checkbox') {
    return (
      <>
        <label class="check">
          <input {...common} type="checkbox" value="true" defaultChecked={value === true} />
          {label}
        </label>
        {hint !== undefined && (
          <p class="hint" id={described}>
            {hint}
          </p>
        )}
      </>
    )
  }
  const text = typeof value === 'string' ? value : ''
  return (
    <>
      <label for={id}>{label}</label>
      {type === 'textarea' && (
        <textarea
          {...common}
          rows={6}
          spellcheck={false}
          onDragOver={(event) => event.preventDefault()}
          onDrop={takeFile}
        >
          {text}
        </textarea>
      )}
      {type === 'select' && (
        <select {...common}>
          {options.map((option) => (
            <option key={option} value={option} selected={option === text}>
              {option === '' ? '(default)' : option}
            </option>
          ))}
        </select>
      )}
      {type !== 'textarea' && type !== 'select' && (
        <input
          {...common}
          type={type as 'text'} // all of these types take the same attributes
          defaultValue={text}
          autocomplete="off"
          spellcheck={false}
          pattern={exactly === undefined ? undefined : escape(exactly)}
          title={exactly === undefined ? undefined : `Type: ${exactly}`}
        />
      )}
      {hint !== undefined && (
        <p class="hint" id={described}>
          {hint}
        </p>
      )}
    </>
  )
}

/** The content of a dropped file becomes the text of the field. */
function takeFile(event: TargetedDragEvent<HTMLTextAreaElement>): void {
  const file = event.dataTransfer?.files[0]
  if (file === undefined) return
  event.preventDefault()
  const area = event.currentTarget
  void file.text().then((text) => {
    area.value = text
  })
}

/** A pattern that matches only this text. */
function escape(text: string): string {
  return text.replaceAll(
    /[!-/:-@[-`{-~]/g,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`,
  )
}
