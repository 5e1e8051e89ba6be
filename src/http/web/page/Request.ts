/** Asks the bot, with the token in a header and never in an address. The token lives as long as the tab. */

/** The bot says no, and why. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Nobody answers. */
export class Unreachable extends Error {}

const place = "clever-better-token"

/** Null: none has been given in this tab. */
export const token = (): string | null => sessionStorage.getItem(place)

export const keepToken = (given: string): void => sessionStorage.setItem(place, given)

export const forgetToken = (): void => sessionStorage.removeItem(place)

/** How long an answer may take. */
const patienceMs = 15_000

const reasonOf = async (response: Response): Promise<string> => {
  try {
    const said: unknown = await response.json()
    if (typeof said === "object" && said !== null && "message" in said) return String(said.message)
  } catch {
    // What is no JSON says nothing more than the status.
  }
  return `the bot answered ${response.status}`
}

/** The response, if it is a good one. */
export const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
  let response: Response
  try {
    response = await fetch(path, {
      signal: AbortSignal.timeout(patienceMs),
      ...init,
      headers: { authorization: `Bearer ${token() ?? ""}`, ...init.headers },
      cache: "no-store",
      credentials: "omit",
      redirect: "error"
    })
  } catch (cause) {
    throw new Unreachable("the bot does not answer", { cause })
  }
  if (!response.ok) throw new Refused(response.status, await reasonOf(response))
  return response
}

/** What `path` answers. Its form is the server's, from the same definitions. */
export const get = async <Answer>(path: string): Promise<Answer> => (await send(path)).json()

export const post = async <Answer>(path: string, body: unknown): Promise<Answer> =>
  (
    await send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
  ).json()

/** In words, for a person. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
