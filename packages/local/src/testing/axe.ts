import axe from "axe-core";
import type { Page } from "playwright-core";

/** A rule of accessibility that a page breaks, and where. */
interface AxeViolation {
  readonly rule: string;
  readonly what: string;
  readonly where: readonly string[];
}

interface Found {
  readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
}

/**
 * What axe finds on a page as it is now: WCAG 2.2 A and AA, and its best practices. The context of the page must have
 * been made with `bypassCSP`, or the page refuses the program.
 */
export async function axeViolations(page: Page): Promise<readonly AxeViolation[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Found>("axe.run()");
  return violations.map(({ id, help, nodes }) => ({ rule: id, what: help, where: nodes.map(({ html }) => html) }));
}
