import { t } from "../i18n/i18n.ts";
import { Audit } from "./audit.tsx";
import { Sessions } from "./sessions.tsx";
import { Tokens } from "./tokens.tsx";

/** Who may do what, and what was done by whom. */
export function People() {
  return (
    <main>
      <h1>{t("nav.people")}</h1>
      <Tokens />
      <Sessions />
      <Audit />
    </main>
  );
}
