import type { LifecycleWord, Mailbox } from "@mailfleet/contracts";
import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { t, type Words, words } from "../i18n/i18n.ts";
import { AskDialog } from "../ui/ask-dialog.tsx";
import { Button, Field } from "../ui/parts.tsx";
import { act } from "../ui/said.tsx";
import type { MailboxView } from "./view.ts";

type Verb =
  | "approve"
  | "reject"
  | "resubmit"
  | "test"
  | "test-and-enable"
  | "disable"
  | "sync-now"
  | "activate"
  | "deactivate";

const enabled: readonly Verb[] = ["test", "sync-now", "disable", "deactivate"];
const disabled: readonly Verb[] = ["test-and-enable", "test", "deactivate"];

/** What can be done in a state; the first is what is usually next. */
function verbsFor(word: LifecycleWord): readonly Verb[] {
  if (word.startsWith("enabled")) return enabled;
  if (word.startsWith("disabled") || word === "approved") return disabled;
  if (word === "testing") return ["disable"];
  if (word === "pendingApproval") return ["approve", "reject"];
  if (word === "rejected") return ["resubmit"];
  return word === "inactive" ? ["activate"] : [];
}

/** Commands of a mailbox. Each says what it did; what follows from it arrives by itself. */
export function Commands({ mailbox, onDone }: { mailbox: MailboxView; onDone: () => void }) {
  const [rejecting, setRejecting] = useState(false);
  const { id, address, lifecycle } = mailbox;
  const give = async (verb: Verb, body?: object) => {
    const after = await act(
      () => ask<Mailbox>("POST", `/mailboxes/${id}/${verb}`, body ? { body } : {}),
      (shown) => {
        const state = words(`lifecycle.${shown.lifecycle}`, shown.lifecycle);
        return t(`done.${verb}` as Words, { address, state });
      },
    );
    if (after) onDone();
  };
  const press = (verb: Verb) => {
    if (verb === "reject") return setRejecting(true);
    // The address that was seen: nobody approves another one.
    return give(verb, verb === "approve" ? { address } : undefined);
  };
  return (
    <div class="buttons">
      {verbsFor(lifecycle).map((verb, at) => (
        <Button key={verb} work={() => press(verb)} kind={at === 0 && verb !== "disable" ? "main" : "quiet"}>
          {t(`verb.${verb}` as Words)}
        </Button>
      ))}
      {rejecting && (
        <AskDialog
          title={t("reject.title", { address })}
          yes={t("verb.reject")}
          danger
          onClose={() => setRejecting(false)}
          onAnswer={({ reason }) => give("reject", { reason })}
        >
          <Field name={t("reason")}>
            <textarea name="reason" required maxLength={1000} rows={3} />
          </Field>
        </AskDialog>
      )}
    </div>
  );
}
