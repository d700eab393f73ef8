// The chat itself, in an iframe of the server's own origin, or opened alone as
// a page.
import { effect } from "@preact/signals-core";
import { h, render } from "preact";
import { Chat } from "./chat/chat";
import { Host } from "./host";
import { App } from "./view/app";
import "./frame.css";

const chat = new Chat();
const host = new Host({
  opened: () => chat.connect(),
  send: (text) => chat.send(text),
  reset: () => {
    chat.reset();
    if (host.open.value) chat.connect();
  },
});

chat.onMessage = ({ seq, from, kind, at }) => host.say({ type: "message", message: { seq, from, kind, at } });
effect(() => host.say({ type: "unread", count: chat.news.value.length }));
effect(() => {
  document.title = host.look.value.title ?? chat.config.value?.title ?? "在线客服";
});

render(<App chat={chat} host={host} />, document.getElementById("app")!);
void chat.begin();
host.start();
