import { forget, key, role } from './session.ts'
import { route } from './route.ts'
import { Notice } from './acts/notice.tsx'
import { AllUsage } from './screens/all-usage.tsx'
import { Overview } from './screens/overview.tsx'
import { Plans } from './screens/plans.tsx'
import { Playground } from './screens/playground.tsx'
import { Prices } from './screens/prices.tsx'
import { SignIn } from './screens/sign-in.tsx'
import { System } from './screens/system.tsx'
import { UserScreen } from './screens/user.tsx'

export function App() {
  if (key.value === null || role.value === null) return <SignIn />
  return (
    <>
      <Header />
      <main>
        <Notice />
        <Screen />
      </main>
    </>
  )
}

function Header() {
  const [place = ''] = route.value
  const link = (to: string, name: string) => (
    <a href={`#/${to}`} aria-current={place === to ? 'page' : undefined}>
      {name}
    </a>
  )
  return (
    <header>
      <strong>Pollux</strong>
      <nav aria-label="Main">
        {link('', role.value === 'admin' ? 'Overview' : 'My ring')}
        {role.value === 'admin' && (
          <>
            {link('usage', 'Usage')}
            {link('plans', 'Plans')}
            {link('prices', 'Prices')}
          </>
        )}
        {link('playground', 'Playground')}
        {link('system', 'System')}
      </nav>
      <span class="faint">{role.value === 'admin' ? 'admin' : 'user'}</span>
      <button type="button" onClick={forget}>
        Sign out
      </button>
    </header>
  )
}

function Screen() {
  const [place = '', id = '', tab = ''] = route.value
  if (place === 'playground') return <Playground />
  if (place === 'system') return <System />
  if (role.value === 'admin') {
    if (place === 'usage') return <AllUsage />
    if (place === 'plans') return <Plans />
    if (place === 'prices') return <Prices />
  }
  if (place === 'users') return <UserScreen id={id} tab={tab} />
  return role.value === 'admin' ? <Overview /> : <UserScreen id="me" tab={place} />
}
