import { useEffect, useRef } from 'preact/hooks'

/** The heading of a screen, where the keyboard and a reader go on after a change of screen. */
export function Title({ text }: { readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${text} · Pollux`
    heading.current?.focus()
  }, [text])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {text}
    </h1>
  )
}
