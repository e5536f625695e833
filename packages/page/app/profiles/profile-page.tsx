import type { ConnectionTest, Profile } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t, type Words, words } from "../i18n/i18n.ts";
import { Steps } from "../mailbox/steps.tsx";
import { addressOf } from "../router.ts";
import { mayChange } from "../session/session.ts";
import { toneOf } from "../ui/lifecycle.tsx";
import { useRead } from "../ui/load.ts";
import { Button, Refused, Section, State } from "../ui/parts.tsx";
import { act, type Outcome } from "../ui/said.tsx";
import { SchemaForm } from "../ui/schema-form.tsx";

function Found({ test }: { test: ConnectionTest }) {
  return (
    <>
      {test.directions.map(({ direction, server, outcome, steps }) => (
        <div key={direction}>
          <p>
            <b>{t(`direction.${direction}` as Words)}</b> <span class="soft">{server}</span>{" "}
            <State tone={outcome === "partial" ? "warn" : toneOf(outcome)}>{words(`test.${outcome}`, outcome)}</State>
          </p>
          <Steps steps={steps} running={false} />
        </div>
      ))}
    </>
  );
}

const tones = { ok: "good", partial: "warn", failed: "bad" } as const;

/** What came of a test, in a line, with what to do about the first step that failed. */
function outcomeOf(name: string, { outcome, directions }: ConnectionTest): Outcome {
  const failed = directions.flatMap(({ steps }) => steps).find((step) => step.outcome === "failed");
  return {
    text: t("profile.tested", { name, outcome: words(`test.${outcome}`, outcome) }),
    tone: tones[outcome],
    todo: outcome === "failed" ? (failed?.remedy ?? t("profile.testFailed")) : undefined,
  };
}

/** One profile: its connections tested without touching a mailbox, and all that can be set. */
export function ProfilePage({ id }: { id: string }) {
  const path = `/profiles/${encodeURIComponent(id)}`;
  const profile = useRead<Profile>(path);
  const [test, setTest] = useState<ConnectionTest | null>(null);
  const shown = profile.value;
  if (!shown) return <main>{Boolean(profile.error) && <Refused error={profile.error} />}</main>;
  const { name, active, isDefault, v } = shown;
  const give = async (verb: "activate" | "deactivate" | "make-default") => {
    await act(
      () => ask("POST", `${path}/${verb}`),
      () => t(`profile.done.${verb}` as Words, { name }),
    );
    profile.again();
  };
  const tryIt = async () => {
    const found = await act(
      () => ask<ConnectionTest>("POST", `${path}/test-connection`, { body: {} }),
      (answer) => outcomeOf(name, answer),
    );
    if (found) setTest(found);
  };
  const save = async (body: Record<string, unknown>) => {
    await act(
      () => ask<Profile>("PATCH", path, { body }),
      () => t("profile.saved", { name, fields: Object.keys(body).join(", ") }),
    );
    profile.again();
  };
  return (
    <main>
      <p class="crumbs">
        <a href={addressOf("profiles")}>{t("nav.profiles")}</a>
      </p>
      <h1>{name}</h1>
      <p>
        <State tone={active ? "good" : "quiet"}>{t(active ? "profile.active" : "profile.inactive")}</State>{" "}
        {isDefault && <span class="soft">{t("profile.default")}</span>}{" "}
        <a href={addressOf("mailboxes", { profileId: id })}>{t("mailboxes.shown", { n: shown.mailboxes })}</a>
      </p>
      {mayChange() && (
        <div class="buttons">
          <Button kind="main" work={tryIt}>
            {t("profile.test")}
          </Button>
          <Button work={() => give(active ? "deactivate" : "activate")}>
            {t(active ? "verb.deactivate" : "verb.activate")}
          </Button>
          {!isDefault && <Button work={() => give("make-default")}>{t("profile.makeDefault")}</Button>}
        </div>
      )}
      {test && (
        <Section title={t("profile.found")}>
          <Found test={test} />
        </Section>
      )}
      {mayChange() && (
        <Section title={t("profile.settings")}>
          <SchemaForm key={v} method="patch" path="/profiles/{profile}" value={shown} onSave={save} />
        </Section>
      )}
    </main>
  );
}
