import { plainRequest } from "../http/plain-request.ts";

/** A page, or the redirect that leaves the server. */
export interface Visited {
  readonly url: string;
  readonly status: number;
  readonly html: string;
  /** Where the browser was sent outside of the server; not followed. */
  readonly left: string | null;
}

/** A browser without cookies of earlier visits; it keeps new ones and follows redirects within the server, up to 20. */
export interface Browser {
  open(url: string): Promise<Visited>;
  /** Submits a form. */
  submit(url: string, fields: Readonly<Record<string, string>>): Promise<Visited>;
}

/** A browser for the pages of `origin`, whose self-made certificate it trusts. */
export function browser(origin: string, ca: string | undefined): Browser {
  const cookies = new Map<string, { value: string; path: string }>();
  const visit = async (url: string, fields?: Readonly<Record<string, string>>): Promise<Visited> => {
    let next = url;
    let form = fields;
    for (let step = 0; step < 20; step++) {
      const { pathname } = new URL(next);
      const cookie = [...cookies]
        .filter(([, { path }]) => pathname.startsWith(path))
        .map(([name, { value }]) => `${name}=${value}`)
        .join("; ");
      const answer = await plainRequest(next, {
        method: form ? "POST" : "GET",
        headers: {
          accept: "text/html",
          ...(cookie ? { cookie } : {}),
          ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        },
        ...(form ? { body: new URLSearchParams(form).toString() } : {}),
        ...(ca ? { ca } : {}),
      });
      for (const line of answer.headers["set-cookie"] ?? []) keepCookie(cookies, line);
      const page = { url: next, status: answer.status, html: answer.body };
      const location = answer.headers.location?.[0];
      if (!location) return { ...page, left: null };
      const target = new URL(location, next);
      if (target.origin !== origin) return { ...page, left: target.href };
      next = target.href;
      form = undefined;
    }
    throw new Error(`more than 20 redirects from ${new URL(url).pathname}`);
  };
  return { open: (url) => visit(url), submit: visit };
}

/** The value of a hidden field of a page. */
export function hiddenField(html: string, name: string): string | undefined {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1];
}

function keepCookie(cookies: Map<string, { value: string; path: string }>, line: string): void {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
  const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice(8);
  if (value === "" || (expires && Date.parse(expires) < Date.now())) cookies.delete(name);
  else cookies.set(name, { value, path });
}
