import { type Problem, problemCodes } from "@mailfleet/contracts";
import { foreignWords, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import type { Say } from "./words/say.ts";

/**
 * The refusal in words: what happened, what to do, and the code for the person who is asked for help. What the pages have
 * no text of their own for is said as the problem says it, in English.
 */
export function refusalWords(problem: Problem, correlation: string, say: Say): { title: string; body: Html } {
  const own = `refused.${problem.code}`;
  const detail = say.find(`${own}.detail`);
  const remedy = say.find(`${own}.remedy`);
  /** A screen reader says it as what it is. */
  const asItIs = (text: string) => html`<span lang="en">${foreignWords(text)}</span>`;
  return {
    title: say.find(own) ?? problemCodes[problem.code].title,
    body: html`<p class="notice bad">${detail ?? asItIs(problem.detail)}</p>
${(remedy ?? problem.remedy) !== undefined && html`<p>${remedy ?? asItIs(problem.remedy ?? "")}</p>`}
<details><summary>${say("refused.help")}</summary><p class="soft">${problem.code} · ${correlation}</p></details>`,
  };
}

/** A whole page for a refusal, with what may follow it. */
export function refusalPage(problem: Problem, correlation: string, say: Say, after?: Html): Page {
  const { title, body } = refusalWords(problem, correlation, say);
  return {
    title,
    language: say.language,
    body: html`${body}${after}`,
    status: problemCodes[problem.code].status,
  };
}
