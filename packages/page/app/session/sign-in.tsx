import { useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Field, Refused } from "../ui/parts.tsx";
import { signIn } from "./session.ts";

/** Asks for a token; it goes to the console once, and scripts do not see it again. */
export function SignIn() {
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const { token } = Object.fromEntries([...new FormData(event.currentTarget as HTMLFormElement)]);
    setError(null);
    await signIn(String(token ?? "")).catch(setError);
  };
  return (
    <main class="card narrow">
      <h1>{t("signIn.title")}</h1>
      <form onSubmit={submit}>
        <Field name={t("signIn.token")} text={t("signIn.where")}>
          <input name="token" type="password" autocomplete="off" required maxLength={200} spellcheck={false} />
        </Field>
        {error !== null && <Refused error={error} />}
        <button type="submit" class="main">
          {t("signIn.do")}
        </button>
      </form>
    </main>
  );
}
