/** A segment of a path; as it came if its percent signs make no sense: then nothing is found under that name. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
