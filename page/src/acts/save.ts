export function saveJson(name: string, value: unknown): void {
  saveText(name, JSON.stringify(value, null, 2))
}

export function saveText(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text]))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
