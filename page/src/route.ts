import { computed, signal } from '@preact/signals'

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

/**
 * `#/users/ID/audit` becomes ['users', 'ID', 'audit']. Hashes need no rule on the server, and appear in none of its
 * logs.
 */
export const route = computed(() => hash.value.replace(/^#\/?/, '').split('/').filter(Boolean))
