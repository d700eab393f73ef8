// Calls to the agents' API. The browser carries the login in a cookie that no
// script can read.

/** An answer that was not a success, or none at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** In words for people. */
    detail: string,
  ) {
    super(detail);
  }

  /** The same may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const timeout = 15_000;

export class Api {
  /** Called when the login has ended; the caller's promise fails as well. */
  onExpired: () => void = () => {};

  get<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path, {});
  }

  /** The same, asked by the page and not by the agent: it does not keep the login alive. */
  watch<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path, { headers: { "Fenfu-Unattended": "1" } });
  }

  /** Does a command. Its id makes it count once, however often it is sent. */
  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#call<T>("POST", path, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }

  async #call<T>(method: string, path: string, more: RequestInit): Promise<T> {
    let res: Response;
    try {
      res = await fetch(`/v1/desk/${path}`, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(timeout),
        ...more,
      });
    } catch {
      throw new ApiError(0, "offline", "");
    }
    if (res.ok) return (res.status === 204 ? undefined : await res.json().catch(() => undefined)) as T;
    const problem = (await res.json().catch(() => ({}))) as { code?: string; detail?: string };
    if (res.status === 401 && path !== "login") this.onExpired();
    throw new ApiError(res.status, problem.code ?? "", problem.detail ?? "");
  }
}

/** An id unique in the session; crypto.randomUUID needs https. */
export function newID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
