/** What Gemini now and then writes before a function's name: the module in which it thinks its functions live. */
export const MODULE = /^default_api[.:]/

/** The function's name as it was declared; none is declared with the module before it. */
export function calledName(name: string): string {
  return name.startsWith('default_api') ? name.replace(MODULE, '') : name
}
