import { type Problem, problemCodes } from "@mailfleet/contracts";
import { foreignWords, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";

/** What a person without an account here reads. Codes without a row keep their own words. */
const words: Partial<Record<Problem["code"], { title: string; detail?: string; remedy?: string }>> = {
  UNAUTHENTICATED: { title: "You are not signed in" },
  FORBIDDEN: { title: "This form cannot be accepted" },
  NOT_FOUND: {
    title: "This link leads nowhere",
    detail: "It does not belong to a mailbox.",
    remedy: "Ask the sender of the link for a new one.",
  },
  TOO_MANY: {
    title: "Too many attempts",
    detail: "Too many sign-ins were begun for this mailbox within a short time.",
    remedy: "Wait a few minutes, then open the link again.",
  },
  UNAVAILABLE: {
    title: "A part of Mailfleet does not answer at the moment",
    remedy: "Wait a minute, then open the link again.",
  },
  INTERNAL: { title: "Something went wrong here", remedy: "Try again. If it persists, tell your administrator." },
  PLAIN_HTTP: {
    title: "This connection is not secure",
    remedy:
      "Tell your administrator that Mailfleet is reached over plain HTTP. You cannot sign in until that is changed.",
  },
};

/** The refusal in words: what happened, what to do, and the code for the person who is asked for help. */
export function refusalWords(problem: Problem, correlation: string): { title: string; body: Html } {
  const own = words[problem.code];
  const detail = foreignWords(own?.detail ?? problem.detail);
  const remedy = own?.remedy ?? problem.remedy;
  return {
    title: own?.title ?? problemCodes[problem.code].title,
    body: html`<p class="notice bad">${detail}</p>
${remedy !== undefined && html`<p>${foreignWords(remedy)}</p>`}
<details><summary>For the person who helps you</summary><p class="soft">${problem.code} · ${correlation}</p></details>`,
  };
}

/** A whole page for a refusal, with what may follow it. */
export function refusalPage(problem: Problem, correlation: string, after?: Html): Page {
  const { title, body } = refusalWords(problem, correlation);
  return { title, body: html`${body}${after}`, status: problemCodes[problem.code].status };
}
