import { ProblemError, type RequestArguments, type RequestOutput, uploadPieceBytes } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";

/** `upload.append`: one piece of what is too large for one request. The same piece again replaces itself. */
export async function appendUpload(
  ports: Pick<OutboundPorts, "uploads">,
  { uploadId, index }: RequestArguments<"outbound-send.upload.append">,
  { attachment: piece = new Uint8Array() }: { readonly attachment?: Uint8Array },
): Promise<RequestOutput<"outbound-send.upload.append">> {
  if (piece.length === 0) throw new ProblemError("INVALID", "The piece has no bytes");
  if (piece.length > uploadPieceBytes)
    throw new ProblemError("TOO_LARGE", `A piece has at most ${uploadPieceBytes} bytes, this one has ${piece.length}`);
  await ports.uploads.append(uploadId, index, piece);
  return {};
}
