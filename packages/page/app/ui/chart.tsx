import { useState } from "preact/hooks";
import { count } from "../i18n/times.ts";

/** A line of a chart: one value for each slot of time, `null` where there is none. */
export interface Line {
  readonly name: string;
  readonly look: "in" | "out" | "fail";
  readonly values: readonly (number | null)[];
  /** What stands beside its name. */
  readonly total?: string;
}

/** Steps from slot to slot, in a square of as many units as there are slots, and 100 high. */
function stepsOf(values: readonly (number | null)[], most: number): string {
  let path = "";
  for (const [n, value] of values.entries()) {
    if (value === null) continue;
    const y = (98 - (value / most) * 96).toFixed(1);
    path += `${(values[n - 1] ?? null) === null ? `M${n}` : `L${n}`} ${y}H${n + 1}`;
  }
  return path;
}

/**
 * Lines over time. Pointing at a slot, or moving the slider below with the keyboard, says its values; `written` makes
 * text of a value, `slot` of a time. What a screen reader says is the slider's.
 */
export function Chart({
  title,
  times,
  lines,
  slot,
  written = count,
}: {
  title: string;
  times: readonly number[];
  lines: readonly Line[];
  slot: (at: number) => string;
  written?: (value: number) => string;
}) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = times.length - 1;
  const here = Math.min(chosen ?? last, last);
  const most = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const saying = lines.map(({ name, values }) => `${name} ${values[here] == null ? "–" : written(values[here])}`);
  const said = `${slot(times[here] ?? 0)}: ${saying.join(", ")}`;
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b>
        {lines.map(({ name, look, total }) => (
          <span key={name} class="key">
            <svg viewBox="0 0 24 8" aria-hidden="true">
              <path class={`line ${look}`} d="M0 4H24" />
            </svg>
            {name} {total !== undefined && <b>{total}</b>}
          </span>
        ))}
      </figcaption>
      <div class="soft small">{written(most)}</div>
      <svg
        class="plot"
        viewBox={`0 0 ${times.length} 100`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          setChosen(Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * times.length))));
        }}
        onPointerLeave={() => setChosen(null)}
      >
        <path class="here" d={`M${here + 0.5} 0V100`} />
        {lines.map(({ name, look, values }) => (
          <path
            key={name}
            class={`line ${look}`}
            d={stepsOf(look === "fail" ? values.map((n) => n || null) : values, most)}
          />
        ))}
      </svg>
      <input
        type="range"
        min={0}
        max={last}
        value={here}
        aria-label={title}
        aria-valuetext={said}
        onInput={(event) => setChosen(Number((event.target as HTMLInputElement).value))}
      />
      <div class="ends soft small">
        <span>{slot(times[0] ?? 0)}</span>
        <span>{slot(times[last] ?? 0)}</span>
      </div>
      <p class="small">{said}</p>
    </figure>
  );
}
