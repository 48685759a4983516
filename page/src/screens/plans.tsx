import type { Plan, PlanList } from '../../../src/wire/plans.ts'
import { Act } from '../acts/act.tsx'
import { planFields, planInWords, planSettingsIn } from '../acts/plan-fields.ts'
import { count } from '../format.ts'
import { useLoad } from '../load.ts'
import { Problem, Section, Table, Time } from '../pieces.tsx'
import { Title } from '../title.tsx'

/** Settings and limits that many users share. */
export function Plans() {
  const { data, error, reload } = useLoad<PlanList>('/v1/config/plans')
  return (
    <>
      <Title text="Plans" />
      <Section
        title="Plans"
        acts={
          <Act
            name="New plan"
            main
            does="Makes settings and limits that many users share. A user gets it on the own screen, under “Keys and limits”."
            fields={[
              {
                name: 'plan',
                label: 'Name',
                required: true,
                hint: 'Letters, digits, dots, dashes or underscores.',
              },
              ...planFields(null),
            ]}
            request={({ plan = '', ...values }) => put(plan.trim(), values)}
            onDone={reload}
          />
        }
      >
        <Problem error={error} />
        <p>
          What a plan sets goes before what each of its users has; what it leaves out is the user’s
          own.
        </p>
        {data !== null && data.plans.length === 0 && (
          <p>There are no plans yet. One changes the limits of a whole team in one act.</p>
        )}
        {data !== null && data.plans.length > 0 && (
          <Table
            caption="Plans"
            columns={['Plan', 'Users', 'Sets', 'Changed', 'Acts']}
            rows={data.plans.map((plan) => ({
              id: plan.name,
              cells: [
                <strong>{plan.name}</strong>,
                count(plan.users),
                planInWords(plan) || 'nothing',
                <Time at={plan.updated_at} />,
                <PlanActs plan={plan} onDone={reload} />,
              ],
            }))}
          />
        )}
      </Section>
    </>
  )
}

function PlanActs({ plan, onDone }: { readonly plan: Plan; readonly onDone: () => void }) {
  const { name, users } = plan
  return (
    <div class="acts">
      <Act
        name="Change plan"
        of={name}
        does={`Sets all of the plan anew, for ${users === 1 ? 'the one user' : `all ${count(users)} users`} who have it.`}
        fields={planFields(plan)}
        request={(values) => put(name, values)}
        onDone={onDone}
      />
      <Act
        name="Delete plan"
        of={name}
        danger
        does="Only a plan that nobody has can be deleted."
        request={() => ({ method: 'DELETE', path: pathOfPlan(name) })}
        onDone={onDone}
      />
    </div>
  )
}

function put(name: string, values: Readonly<Record<string, string>>) {
  return { method: 'PUT', path: pathOfPlan(name), body: planSettingsIn(values) }
}

function pathOfPlan(name: string): string {
  return `/v1/config/plans/${encodeURIComponent(name)}`
}
