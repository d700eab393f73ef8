import { h, type ComponentChild } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  items: readonly T[];
  rowHeight: number;
  label: string;
  keyOf(item: T): string;
  render(item: T): ComponentChild;
  /** The rows up to this one are in view. */
  onView(last: number): void;
  /** The item to keep in view when it changes. */
  current?: number;
}

/** A row at the edge of what is in view. */
interface Edge {
  at: number;
  key: string;
}

/** Rows above and below the visible ones, so that a fast scroll shows no gap. */
const spare = 8;

/**
 * A list of rows of one height of which only those in view are in the document.
 * Each says its place and the length of the whole list.
 */
export function Virtual<T>({ items, rowHeight, label, keyOf, render, onView, current = -1 }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ first: 0, last: 40 });
  const edges = useRef<readonly Edge[]>([]);

  function look(): void {
    const el = box.current;
    if (!el) return;
    const first = Math.max(0, Math.floor(el.scrollTop / rowHeight) - spare);
    const last = Math.ceil((el.scrollTop + el.clientHeight) / rowHeight) + spare;
    if (first !== view.first || last !== view.last) setView({ first, last });
    edges.current = [Math.floor(el.scrollTop / rowHeight), Math.floor((el.scrollTop + el.clientHeight) / rowHeight) - 1]
      .filter((at) => items[at])
      .map((at) => ({ at, key: keyOf(items[at]!) }));
    onView(last);
  }

  /** Rows that come or go above leave what is in view where it is. */
  function stay(): void {
    const el = box.current;
    if (!el || el.scrollTop === 0) return;
    const moved = edges.current.map(({ at, key }) => items.findIndex((item) => keyOf(item) === key) - at);
    if (moved[0] && moved.every((by) => by === moved[0])) el.scrollTop += moved[0] * rowHeight;
  }

  useLayoutEffect(() => {
    stay();
    look();
  }, [items]);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(box.current!);
    return () => observer.disconnect();
  });
  useLayoutEffect(() => {
    const el = box.current;
    if (!el || current < 0) return;
    const top = current * rowHeight;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = top + rowHeight - el.clientHeight;
  }, [current]);

  const shown = items.slice(view.first, view.last);
  return (
    <div ref={box} class="scroll" onScroll={look}>
      <div class="virtual" role="list" aria-label={label} style={{ height: `${items.length * rowHeight}px` }}>
        {shown.map((item, i) => (
          <div
            key={keyOf(item)}
            class="slot"
            role="listitem"
            aria-posinset={view.first + i + 1}
            aria-setsize={items.length}
            style={{ height: `${rowHeight}px`, transform: `translateY(${(view.first + i) * rowHeight}px)` }}
          >
            {render(item)}
          </div>
        ))}
      </div>
    </div>
  );
}
