/** The module in which Gemini believes its functions live. Now and then it writes this before a function's name. */
export const MODULE = /^default_api[.:]/

/** The function's name as it was declared. No name is declared with that module before it, so none is damaged. */
export function calledName(name: string): string {
  return name.startsWith('default_api') ? name.replace(MODULE, '') : name
}
