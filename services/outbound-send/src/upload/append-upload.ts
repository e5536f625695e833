import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";

/** `upload.append`: one piece of a content too large for one request. The same piece again replaces itself. */
export async function appendUpload(
  ports: Ports,
  input: RequestArguments<"outbound-send.upload.append">,
): Promise<RequestOutput<"outbound-send.upload.append">> {
  await ports.uploads.append(input.uploadId, input.index, Buffer.from(input.dataBase64, "base64"));
  return {};
}
