/**
 * A conversation with tools, as every client here has it: the model asks for two things at once, then for a third,
 * then answers. Google refuses a step that comes back without its thought signature or in another order.
 */
import type { Kind, Pollux, User } from './pollux.ts'

export const QUESTION = 'What is it like in Paris and Oslo?'

/** What the last tool answers, and the model then repeats. */
export const CLOCK = '12:05'

/** Native signatures begin with this byte (docs/google.md: Thought signatures). */
const NATIVE = 0x12
const [FIRST, SECOND] = [1, 2].map((step) =>
  Buffer.alloc(30, step).fill(NATIVE, 0, 1).toString('base64'),
)

/** Each upstream with a model on which Google demands signatures, and with one on which it does not. */
export const PLACES = [
  ['gemini-3.1-pro-preview', 'api_key'],
  ['gemini-3.1-pro-preview', 'service_account'],
  ['gemini-3.1-pro-preview', 'authorized_user'],
  ['gemini-2.5-flash', 'api_key'],
] as const satisfies readonly (readonly [string, Kind])[]

interface Part {
  readonly thoughtSignature?: string
  readonly functionCall?: { readonly name: string; readonly args: Record<string, unknown> }
  readonly functionResponse?: { readonly name: string; readonly response: unknown }
}

interface Sent {
  readonly contents: readonly { readonly parts: readonly Part[] }[]
}

/** What Google had received in the end: each step's calls with their signatures, and the tools' answers. */
interface Account {
  readonly calls: readonly (readonly unknown[])[]
  readonly results: readonly (readonly unknown[])[]
  readonly ran: number
}

/** The account of a trip on which nothing was lost, swapped or run twice. */
export const HOME: Account = {
  calls: [
    [
      ['weather', 'Paris', FIRST],
      ['weather', 'Oslo', undefined],
    ],
    [['time', 'Oslo', SECOND]],
  ],
  results: [
    [
      ['weather', { city: 'Paris', sky: 'clear' }],
      ['weather', { city: 'Oslo', sky: 'clear' }],
    ],
    [['time', { city: 'Oslo', clock: CLOCK }]],
  ],
  ran: 3,
}

export class Trip {
  readonly user: User
  readonly #pollux: Pollux
  #ran = 0

  /** If there are several credentials, each knows the answers to the steps that are named for it. */
  static async plan(pollux: Pollux, kinds: readonly Kind[], steps = [0, 0]): Promise<Trip> {
    const user = await pollux.givenUser(kinds)
    const [first = 0, second = 0] = steps
    const answers = [
      [
        { functionCall: { name: 'weather', args: { city: 'Paris' } }, thoughtSignature: FIRST },
        { functionCall: { name: 'weather', args: { city: 'Oslo' } } },
      ],
      [{ functionCall: { name: 'time', args: { city: 'Oslo' } }, thoughtSignature: SECOND }],
    ]
    await pollux.script(user, { parts: answers[0] ?? [] }, { at: first })
    if (second !== first) await pollux.script(user, { error: 'gemini_429_minute' }, { at: first })
    await pollux.script(user, { parts: answers[1] ?? [] }, { at: second })
    return new Trip(pollux, user)
  }

  private constructor(pollux: Pollux, user: User) {
    this.#pollux = pollux
    this.user = user
  }

  readonly weather = ({ city }: { city: string }): Promise<string> =>
    this.#run({ city, sky: 'clear' })
  readonly time = ({ city }: { city: string }): Promise<string> => this.#run({ city, clock: CLOCK })

  run(name: string, args: string): Promise<string> {
    const input = JSON.parse(args) as { city: string }
    return name === 'weather' ? this.weather(input) : this.time(input)
  }

  /** What the credential at that place in the ring last sent to Google. */
  async account(at = 0): Promise<Account> {
    const body = (await this.#pollux.callsTo(this.user, at)).at(-1)?.body as
      | Sent
      | { readonly request: Sent }
    const { contents } = 'request' in body ? body.request : body
    const steps = <T>(read: (part: Part) => readonly T[]): T[][] =>
      contents.map(({ parts }) => parts.flatMap(read)).filter((step) => step.length > 0)
    return {
      calls: steps(({ functionCall: call, thoughtSignature }) =>
        call === undefined ? [] : [[call.name, call.args['city'], thoughtSignature]],
      ),
      results: steps(({ functionResponse: result }) =>
        result === undefined ? [] : [[result.name, result.response]],
      ),
      ran: this.#ran,
    }
  }

  /**
   * Signatures are stored when an answer is settled, which is after it was sent. A client that is faster gets a
   * dummy.
   */
  async #run(result: object): Promise<string> {
    this.#ran += 1
    await this.#pollux.settledStats(this.user)
    return JSON.stringify(result)
  }
}
