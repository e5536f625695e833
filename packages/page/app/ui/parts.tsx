import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Refusal } from "../api.ts";
import { t } from "../i18n/i18n.ts";
import { ago, dateTime } from "../i18n/times.ts";

type Tone = "good" | "busy" | "bad" | "warn" | "quiet";
const signs: Readonly<Record<Tone, string>> = { good: "✓", busy: "↻", bad: "✕", warn: "!", quiet: "–" };

/** A state in words, with a sign and a colour that say the same. */
export function State({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <span class="sign" aria-hidden="true">
        {signs[tone]}
      </span>
      {children}
    </span>
  );
}

/** How long ago something was; the exact time shows when pointed at, and is what programs read. */
export function When({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined) return <span class="soft">{t("never")}</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTime(at)}>
      {ago(at)}
    </time>
  );
}

/** What the API refused, in its words, with what to do now. */
export function Refused({ error }: { error: unknown }) {
  const refusal = error instanceof Refusal ? error : null;
  return (
    <div class="notice bad" role="alert">
      <p>{refusal ? refusal.message : String(error)}</p>
      {refusal?.remedy && <p class="soft">{refusal.remedy}</p>}
      {refusal?.correlation && (
        <p class="soft small">
          {refusal.code} · {refusal.correlation}
        </p>
      )}
    </div>
  );
}

/** A part of a page under a heading of its own. */
export function Section({
  title,
  children,
  more,
}: {
  title: string;
  children: ComponentChildren;
  more?: ComponentChildren;
}) {
  return (
    <section class="card">
      <div class="head">
        <h2>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}

/** Names and values, one below the other. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren] | null | false)[] }) {
  return (
    <dl>
      {rows.map(
        (row) =>
          row && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** A button whose work takes a while: it cannot be pressed twice meanwhile. */
export function Button({
  work,
  children,
  kind = "quiet",
  ...rest
}: {
  work: () => unknown;
  children: ComponentChildren;
  kind?: "main" | "quiet" | "danger";
} & Omit<ButtonHTMLAttributes<HTMLButtonElement>, "onClick">) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await work();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button type="button" {...rest} class={kind} disabled={busy || rest.disabled} aria-busy={busy} onClick={press}>
      {children}
    </button>
  );
}

/** A field with its name above it and what it is for below. */
export function Field({
  name,
  text,
  children,
}: {
  name: string;
  text?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field">
      <span>{name}</span>
      {children}
      {text && <span class="soft small">{text}</span>}
    </label>
  );
}
