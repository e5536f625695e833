import { type Html, html } from "./html.ts";

/** A point in time; nothing tells these pages where their reader is. */
export function when(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}
