import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { Field, Refused } from "./parts.tsx";
import { type FormField, formFields } from "./schema.ts";

type Row = Readonly<Record<string, unknown>>;

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, name) => (inside as Row | null | undefined)?.[name], value);

/** `minimumPollingIntervalMinutes` → `Minimum polling interval minutes`. */
const label = (path: readonly string[]) => {
  const spaced = path.map((name) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)).join(": ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

/** A value as it stands in its control. */
function shownAs(kind: FormField["kind"], value: unknown): string {
  if (value === undefined || value === null || kind === "secret") return "";
  if (kind === "lines") return (value as readonly string[]).join("\n");
  if (kind === "time") return new Date(value as number).toISOString().slice(0, 16);
  return String(value);
}

/** What a control says, as the API takes it; `undefined`: nothing is said. */
function readAs({ kind, mayBeEmpty }: FormField, text: string): unknown {
  if (kind === "lines")
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  if (text === "") return mayBeEmpty ? null : undefined;
  if (kind === "number") return Number(text);
  if (kind === "yes-no") return text === "true";
  return kind === "time" ? new Date(`${text}Z`).toISOString() : text;
}

function Control({ field, value }: { field: FormField; value: unknown }) {
  const { path, kind, options, minimum, maximum, maxLength, required } = field;
  const name = path.join("/");
  const now = shownAs(kind, value);
  const rest = { name, required };
  if (kind === "choice" || kind === "yes-no")
    return (
      <select {...rest} defaultValue={now}>
        {(now === "" || field.mayBeEmpty) && <option value="" />}
        {(kind === "choice" ? options : ["true", "false"]).map((one) => (
          <option key={one} value={one} selected={one === now}>
            {kind === "choice" ? one : t(one === "true" ? "yes" : "no")}
          </option>
        ))}
      </select>
    );
  if (kind === "lines") return <textarea {...rest} defaultValue={now} rows={3} />;
  // The types of inputs do not take one of several.
  const type = { text: "text", number: "number", time: "datetime-local", secret: "password" }[kind] as "text";
  return (
    <input
      {...rest}
      type={type}
      defaultValue={now}
      min={minimum}
      max={maximum}
      maxLength={maxLength}
      autocomplete="off"
      spellcheck={false}
    />
  );
}

/** What was changed, as a body: of credentials both parts, of the rest only what is different. */
function changesOf(fields: readonly FormField[], before: unknown, form: FormData): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const put = (path: readonly string[], value: unknown) => {
    let inside = body;
    for (const name of path.slice(0, -1)) {
      inside[name] ??= {};
      inside = inside[name] as Record<string, unknown>;
    }
    inside[path.at(-1) ?? ""] = value;
  };
  const said = (field: FormField) => String(form.get(field.path.join("/")) ?? "");
  const isChanged = (field: FormField) => said(field) !== shownAs(field.kind, valueAt(before, field.path));
  for (const field of fields) {
    const beside = fields.filter(({ path }) => path.length > 1 && path[0] === field.path[0]);
    const together = beside.some(({ kind }) => kind === "secret") && beside.some(isChanged);
    const value = readAs(field, said(field));
    if ((together || isChanged(field)) && value !== undefined) put(field.path, value);
  }
  return body;
}

/** A form made from what the API says of a path: names, what they are for, choices and limits. */
export function SchemaForm({
  method,
  path,
  value,
  onSave,
}: {
  method: "post" | "patch";
  path: string;
  value: unknown;
  onSave: (body: Record<string, unknown>) => Promise<unknown>;
}) {
  const [fields, setFields] = useState<readonly FormField[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => void formFields(method, path).then(setFields, setError), [method, path]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await onSave(changesOf(fields, value, new FormData(event.currentTarget as HTMLFormElement)));
  };
  if (error !== null) return <Refused error={error} />;
  return (
    <form onSubmit={submit}>
      <div class="grid form">
        {fields.map((field) => (
          <Field key={field.path.join("/")} name={label(field.path)} text={field.text}>
            <Control field={field} value={valueAt(value, field.path)} />
          </Field>
        ))}
      </div>
      <div class="buttons">
        <button type="submit" class="main">
          {t("save")}
        </button>
      </div>
    </form>
  );
}
