// The demo page: two ways into the chat, and the tag to copy.
import "./demo.css";

function on(id: string, run: () => void): void {
  document.getElementById(id)?.addEventListener("click", run);
}

on("open", () => window.fenfu?.open());
on("ask", () => {
  window.fenfu?.open();
  window.fenfu?.send("开通分付");
});

const snippet = document.getElementById("snippet");
if (snippet) {
  const src = new URL("widget.js", location.href).href;
  snippet.textContent = `<script src="${src}" data-title="在线客服" data-color="#0b6b50" defer></script>`;
}
