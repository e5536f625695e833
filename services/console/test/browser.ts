/** A page or redirect as the browser got it. */
export interface Visited {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where a redirect leads; `null` for a page. */
  readonly location: URL | null;
}

/** A browser with a cookie jar for one site; it follows no redirects by itself. */
export interface Browser {
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Visited>;
  post(path: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<Visited>;
}

/** See `Browser`. */
export function openBrowser(site: string): Browser {
  const cookies = new Map<string, string>();
  const visit = async (path: string, init: RequestInit): Promise<Visited> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, site), {
      redirect: "manual",
      ...init,
      headers: { ...(cookie ? { cookie } : {}), ...(init.headers as Record<string, string>) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name = "", value = ""] = pair.split("=");
      if (attributes.includes("Max-Age=0")) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("location");
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? null : new URL(location, site),
    };
  };
  return {
    cookies,
    get: (path, headers = {}) => visit(path, { headers }),
    post: (path, form = {}, headers = {}) => visit(path, { method: "POST", headers, body: new URLSearchParams(form) }),
  };
}

/** The hidden fields of the form that leads to `action`. */
export function hiddenFields(page: string, action: string): Record<string, string> {
  const form = page.split("<form").find((part) => part.includes(`action="${action}"`)) ?? "";
  const fields = form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}
