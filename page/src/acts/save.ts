export function saveJson(name: string, value: unknown): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)]))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
