import { t } from "../i18n/i18n.ts";
import { Audit } from "./audit.tsx";
import { Tokens } from "./tokens.tsx";

/** Who may do what, and what was done by whom. */
export function People() {
  return (
    <main>
      <h1>{t("nav.people")}</h1>
      <Tokens />
      <Audit />
    </main>
  );
}
