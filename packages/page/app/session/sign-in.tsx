import { useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Field, Refused } from "../ui/parts.tsx";
import { openId, signIn } from "./session.ts";

const here = () => location.pathname + location.search;

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
      {openId.value !== null && (
        <p>
          {/* The target keeps the page's own router out of it. */}
          <a class="button main" target="_self" href={`/admin/sign-in?to=${encodeURIComponent(here())}`}>
            {t("signIn.with", { name: openId.value })}
          </a>
        </p>
      )}
      <form onSubmit={submit}>
        <Field name={t("signIn.token")} text={t("signIn.where")}>
          <input name="token" type="password" autocomplete="off" required maxLength={200} spellcheck={false} />
        </Field>
        {error !== null && <Refused error={error} />}
        <button type="submit" class={openId.value === null ? "main" : undefined}>
          {t("signIn.do")}
        </button>
      </form>
    </main>
  );
}
