import { createHash } from "node:crypto";
import { ProblemError, type RequestArguments, type RequestOutput } from "@mailfleet/contracts";
import { domainOf } from "@mailfleet/mime";
import { type NoticeChannel, usable } from "../notice/channel.ts";
import { composeNotice } from "../notice/compose.ts";
import { noticeFailure } from "../notice/failure.ts";
import { catalogues, languageOf, say } from "../notice/languages/languages.ts";
import { htmlOf, textOf } from "../notice/mail-blocks.ts";
import { noticeRemedy } from "../notice/remedy.ts";
import { automaticHeaders } from "../notice/text.ts";
import type { AlertingPorts } from "../ports.ts";
import { presentSettings } from "./body.ts";

/**
 * Sends a code to the address of a mailbox, in its language. It leaves whether or not notices are switched on: somebody
 * has asked for it and waits. @throws NOT_POSSIBLE_NOW if it cannot leave
 */
export async function sendCode(
  ports: Pick<AlertingPorts, "documents" | "openChannel" | "now">,
  { address, code, endsAt }: RequestArguments<"alerting.notification-settings.send-code">,
): Promise<RequestOutput<"alerting.notification-settings.send-code">> {
  const stored = await presentSettings(ports as AlertingPorts);
  const settings = usable(stored);
  if (!settings)
    throw new ProblemError("NOT_POSSIBLE_NOW", "Mailfleet has no mail server by which it could send the code.", {
      remedy: "Ask an administrator to set up the mail server for notices, or to approve the mailbox.",
    });
  const language = languageOf(settings, address);
  const catalogue = catalogues[language];
  const time = `${new Date(endsAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const blocks = [
    { text: say(catalogue, "codeProves", { address }) },
    { text: code, strong: true },
    { text: say(catalogue, "codeIsGood", { time }) },
    { text: say(catalogue, "codeUnasked") },
  ];
  const id = createHash("sha256").update(`${address} ${code}`).digest("hex").slice(0, 24);
  const mail = await composeNotice(
    { ...settings, to: [address] },
    {
      messageId: `<code.${endsAt}.${id}@${domainOf(settings.from)}>`,
      subject: say(catalogue, "yourCode", { code }),
      ...{ text: textOf(blocks), html: htmlOf(blocks, language), headers: automaticHeaders },
    },
    ports.now(),
  );
  let channel: NoticeChannel | undefined;
  try {
    channel = await ports.openChannel(settings);
    await channel.send(mail);
    return {};
  } catch (error) {
    const failure = noticeFailure(error);
    const said = failure.evidence?.reply ? ` The server says: ${failure.evidence.reply.slice(0, 500)}` : "";
    const remedy = noticeRemedy(failure.code, settings);
    throw new ProblemError("NOT_POSSIBLE_NOW", `The code could not be sent to ${address} (${failure.code}).${said}`, {
      ...(remedy ? { remedy } : {}),
    });
  } finally {
    await channel?.close();
  }
}
