import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows drawn above and below what is seen. */
const spare = 8;

/**
 * A long list of rows of the same height: only what is seen is in the document. `onNearEnd` is called when the reader
 * comes near the last row.
 */
export function VirtualList({
  label,
  heads,
  length,
  rowHeight,
  row,
  onNearEnd,
}: {
  label: string;
  heads: ComponentChildren;
  length: number;
  rowHeight: number;
  row: (index: number) => ComponentChildren;
  onNearEnd: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ first: 0, last: 40 });
  const look = () => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
    const last = Math.ceil((scrollTop + clientHeight) / rowHeight) + spare;
    setSeen((before) => (before.first === first && before.last === last ? before : { first, last }));
  };
  useEffect(look, [length, rowHeight]);
  useEffect(() => {
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  });
  const last = Math.min(seen.last, length);
  useEffect(() => {
    if (seen.last + 50 >= length) onNearEnd();
  }, [seen.last, length]);
  return (
    <div class="table" role="table" aria-label={label} aria-rowcount={length + 1}>
      <div role="rowgroup" class="heads">
        {heads}
      </div>
      <div
        role="rowgroup"
        class="rows"
        ref={box}
        onScroll={look}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        tabIndex={0}
      >
        <div role="presentation" class="all" style={{ height: `${length * rowHeight}px` }}>
          <div role="presentation" class="drawn" style={{ transform: `translateY(${seen.first * rowHeight}px)` }}>
            {Array.from({ length: Math.max(0, last - seen.first) }, (_, at) => row(seen.first + at))}
          </div>
        </div>
      </div>
    </div>
  );
}
