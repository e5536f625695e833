import { ask } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { mayChange } from "../session/session.ts";
import { useRead } from "../ui/load.ts";
import { Refused, Section } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import { SchemaForm } from "../ui/schema-form.tsx";

function Part({ path, title }: { path: string; title: string }) {
  const settings = useRead<{ v: number }>(path);
  const save = async (body: Record<string, unknown>) => {
    await act(
      () => ask("PATCH", path, { body }),
      () => t("settings.saved", { fields: Object.keys(body).join(", ") }),
    );
    settings.again();
  };
  return (
    <Section title={title}>
      {Boolean(settings.error) && <Refused error={settings.error} />}
      {settings.value && mayChange() && (
        <SchemaForm key={settings.value.v} method="patch" path={path} value={settings.value} onSave={save} />
      )}
      {settings.value && !mayChange() && <pre>{JSON.stringify(settings.value, null, 2)}</pre>}
    </Section>
  );
}

/** What holds for the whole organisation, and how notices are sent. */
export function SettingsPage() {
  return (
    <main>
      <h1>{t("nav.settings")}</h1>
      <Part path="/settings" title={t("settings.organisation")} />
      <Part path="/settings/notifications" title={t("settings.notices")} />
    </main>
  );
}
