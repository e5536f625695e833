const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const safe = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** A page in the look of all pages of the double. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${safe(title)}</title><h1>${safe(title)}</h1>${body}`;
}

/** A page with a sentence of plain text. */
export function messagePage(title: string, text: string): string {
  return page(title, `<p>${safe(text)}</p>`);
}

/** Choose an account, see what is asked for, allow or deny. */
export function consentPage(wanted: {
  readonly action: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly accounts: readonly string[];
  readonly hint: string | undefined;
}): string {
  const options = wanted.accounts.map(
    (address) => `<option${address === wanted.hint ? " selected" : ""}>${safe(address)}</option>`,
  );
  return page(
    "Sign in (a double, not the real provider)",
    `<p>${safe(wanted.clientId)} asks for:</p><ul>${wanted.scopes.map((scope) => `<li>${safe(scope)}</li>`).join("")}</ul>
<form method="post" action="${safe(wanted.action)}"><select name="account">${options.join("")}</select>
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`,
  );
}
