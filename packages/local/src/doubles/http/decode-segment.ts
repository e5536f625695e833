/** A decoded path segment. Unchanged if its percent signs are invalid: then nothing is found under that name. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
