import { useEffect, useRef } from 'preact/hooks'

/**
 * The heading of a screen. It gets the focus after a change of screen, so that keyboard and screen readers continue
 * there.
 */
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
