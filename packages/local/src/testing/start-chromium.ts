import { type Browser, chromium } from "playwright-core";
import { installCommand, missingPackages } from "./debian-packages.ts";

/**
 * Debian's Chromium, without a window. The caller closes it.
 * @throws an Error that says how to install it: pages that no browser has seen are not tested, so nothing is skipped
 */
export async function startChromium(): Promise<Browser> {
  const missing = await missingPackages("pages");
  if (missing.length > 0) throw new Error(`Chromium is not installed: ${installCommand(missing)}`);
  return chromium.launch({ executablePath: "/usr/bin/chromium" });
}
