import type { Binary } from "mongodb";

/** What a service's own store needs from the driver. Everything else stays inside this package. */
export { type AnyBulkWriteOperation, Binary, type Collection, type Document, type Filter } from "mongodb";

/** The bytes of a stored value, without a copy. */
export function bytesOf(binary: Binary): Uint8Array {
  return binary.buffer.subarray(0, binary.position);
}
