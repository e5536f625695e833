import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/i18n.ts";

/** A question in front of the page. `onAnswer` gets the form's fields by name; closing it answers nothing. */
export function AskDialog({
  title,
  yes,
  danger = false,
  children,
  onAnswer,
  onClose,
}: {
  title: string;
  yes: string;
  danger?: boolean;
  children: ComponentChildren;
  onAnswer: (fields: Readonly<Record<string, string>>) => unknown;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const answer = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(event.currentTarget as HTMLFormElement)]) as Record<
      string,
      string
    >;
    onClose();
    await onAnswer(fields);
  };
  return (
    <dialog ref={dialog} aria-labelledby="ask-title" onClose={onClose}>
      <form onSubmit={answer}>
        <h2 id="ask-title">{title}</h2>
        {children}
        <div class="buttons">
          <button type="submit" class={danger ? "danger" : "main"}>
            {yes}
          </button>
          <button type="button" class="quiet" onClick={onClose}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
