import { h } from "preact";

/** A share of the longest, as a bar; the number beside it says it in words. */
export function Bar({ share, kind = "" }: { share: number; kind?: string }) {
  return (
    <svg class={`bar ${kind}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8" />
      <rect class="fill" width={Math.max(share > 0 ? 1 : 0, share * 100)} height="8" />
    </svg>
  );
}
