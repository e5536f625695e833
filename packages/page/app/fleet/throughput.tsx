import type { Throughput } from "@mailfleet/contracts";
import { useEffect, useRef, useState } from "preact/hooks";
import { listPath, Refusal } from "../api.ts";
import { t, type Words } from "../i18n/i18n.ts";
import { count, now, span, time } from "../i18n/times.ts";
import { Chart, type Line } from "../ui/chart.tsx";
import { useRead } from "../ui/load.ts";
import { Refused, Section } from "../ui/parts.tsx";

const periods = {
  // One more, because the present minute, of which there is little yet, is not drawn: it would look like a fall.
  hours: { by: "minute", last: 121 },
  days: { by: "hour", last: 48 },
  weeks: { by: "hour", last: 840 },
} as const;
type Period = keyof typeof periods;

/** How often it is read again while it is seen. */
const againMs = 15_000;

const sum = (items: readonly Throughput[], name: "received" | "sent" | "failed") =>
  items.reduce((all, one) => all + one[name], 0);

function Table({ items, slot }: { items: readonly Throughput[]; slot: (at: number) => string }) {
  const delay = (ms: number | null) => (ms === null ? "–" : span(ms));
  const heads = ["time", "received", "sent", "failed", "receivedDelay", "sentDelay"].map((name) =>
    t(`flow.${name}` as Words),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
    <section class="scroll" tabIndex={0} aria-label={t("flow.title")}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map(({ at, received, sent, failed, receivedDelayMs, sentDelayMs }) => (
            <tr key={at}>
              <th scope="row">{slot(at)}</th>
              {[received, sent, failed].map((n, column) => (
                <td key={column}>{count(n)}</td>
              ))}
              <td>{delay(receivedDelayMs)}</td>
              <td>{delay(sentDelayMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Charts({ items, by }: { items: readonly Throughput[]; by: "minute" | "hour" }) {
  const [asTable, setAsTable] = useState(false);
  const busy = items.filter(({ received, sent, failed }) => received + sent + failed > 0).toReversed();
  if (busy.length === 0) return <p class="soft">{t("flow.nothing")}</p>;
  const times = items.map(({ at }) => at);
  const slot = (at: number) => time(at, by === "hour");
  const counted = (name: "received" | "sent" | "failed", look: Line["look"]): Line => ({
    ...{ name: t(`flow.${name}`), look, values: items.map((one) => one[name]) },
    total: count(sum(items, name)),
  });
  const delays: readonly Line[] = [
    { name: t("flow.receivedDelay"), look: "in", values: items.map(({ receivedDelayMs }) => receivedDelayMs) },
    { name: t("flow.sentDelay"), look: "out", values: items.map(({ sentDelayMs }) => sentDelayMs) },
  ];
  return (
    <>
      <div class="columns">
        <Chart
          title={t(`flow.${by}`)}
          times={times}
          slot={slot}
          lines={[counted("received", "in"), counted("sent", "out"), counted("failed", "fail")]}
        />
        <Chart title={t("flow.delay")} times={times} slot={slot} lines={delays} written={span} />
      </div>
      <details onToggle={(event) => setAsTable(event.currentTarget.open)}>
        <summary>{t("flow.table")}</summary>
        {asTable && <Table items={busy} slot={slot} />}
      </details>
    </>
  );
}

/** How much mail came and went, how much failed and how long it took: as charts, and as a table. */
export function ThroughputSection() {
  const [period, setPeriod] = useState<Period>("hours");
  const { by, last } = periods[period];
  const { value, error, again } = useRead<{ items: readonly Throughput[] }>(listPath("/throughput", { by, last }));
  const turn = Math.floor(now.value / againMs);
  const seen = useRef(turn);
  useEffect(() => {
    if (seen.current !== turn) again();
    seen.current = turn;
  }, [turn]);
  const choice = (
    <label>
      <span class="hidden">{t("flow.period")}</span>
      <select value={period} onChange={(event) => setPeriod((event.target as HTMLSelectElement).value as Period)}>
        {(Object.keys(periods) as Period[]).map((one) => (
          <option key={one} value={one}>
            {t(`flow.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
  // Who may see a part of the fleet only is told so: nothing is wrong.
  const isHidden = error instanceof Refusal && error.code === "FORBIDDEN";
  return (
    <Section title={t("flow.title")} more={choice}>
      {Boolean(error) && !value && (isHidden ? <p class="soft">{error.message}</p> : <Refused error={error} />)}
      {value && <Charts items={by === "minute" ? value.items.slice(0, -1) : value.items} by={by} />}
    </Section>
  );
}
