/** What one benchmark found. Machines are noisy: the ratio to the peer of the same run is what counts. */
export interface Figure {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  readonly target: number;
  /** A time or a size: the target is the most that it may be. */
  readonly lowerIsBetter?: boolean;
  /** Absent where there is nobody to be compared with. */
  readonly peer?: string;
  /** `null`: the peer is not installed; `peerMissing` says what to install. */
  readonly peerValue?: number | null;
  readonly peerMissing?: string;
  /** Milliseconds of CPU per message over all Mailfleet processes. */
  readonly cpuMsPerMessage?: number;
  /** Where the time went, in words. */
  readonly notes?: readonly string[];
}

const round = (value: number) => Number(value.toPrecision(4));

/** The note of what processes did that had just been started. `rate` is in messages/s, `cpuMs` for each message. */
export const justStarted = (rate: number, cpuMs: number) =>
  `with processes that had just started: ${rate.toFixed(0)} messages/s, ${cpuMs.toFixed(3)} ms a message`;

/** Prints a figure for people, and then as one JSON line. */
export function report(figure: Figure): void {
  const { bench, value, unit, target, peer, peerValue = null, peerMissing, cpuMsPerMessage, notes = [] } = figure;
  const ratio = peerValue === null ? null : round(value / peerValue);
  const met = figure.lowerIsBetter ? value <= target : value >= target;
  console.log(`${bench}: ${round(value)} ${unit} (target ${target}: ${met ? "met" : "missed"})`);
  if (peer !== undefined)
    console.log(
      peerValue === null
        ? `  ${peer}: missing, ${peerMissing}`
        : `  ${peer}: ${round(peerValue)} ${unit}, ratio ${ratio}`,
    );
  if (cpuMsPerMessage !== undefined)
    console.log(`  CPU of all Mailfleet processes: ${round(cpuMsPerMessage)} ms a message`);
  for (const note of notes) console.log(`  ${note}`);
  const cpu = cpuMsPerMessage === undefined ? {} : { cpuMsPerMessage: round(cpuMsPerMessage) };
  console.log(
    JSON.stringify({
      bench,
      value: round(value),
      unit,
      target,
      peer,
      peerValue: peerValue && round(peerValue),
      ratio,
      ...cpu,
    }),
  );
}
