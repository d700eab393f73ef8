// What an agent hears and sees who looks elsewhere: a short sound, a count in
// the window's title, a notification. None of them says what a visitor wrote.
import { signal } from "@preact/signals-core";
import type { Alert } from "../model/desk";
import { t, type Key } from "./i18n";
import { load, save } from "./prefs";

export const sound = signal(load("sound") !== "off");
export const notify = signal(load("notify") === "on" && permission() === "granted");

let audio: AudioContext | null = null;

function permission(): NotificationPermission {
  return "Notification" in window ? Notification.permission : "denied";
}

export function setSound(on: boolean): void {
  sound.value = on;
  save("sound", on ? "on" : "off");
  if (on) beep("message");
}

/** Turns notifications on or off; false if the browser will not have them. */
export async function setNotify(on: boolean): Promise<boolean> {
  if (on && permission() !== "granted" && (!("Notification" in window) || (await Notification.requestPermission()) !== "granted")) return false;
  notify.value = on;
  save("notify", on ? "on" : "off");
  return true;
}

const words: Record<Alert, Key> = { queue: "newQueue", given: "newTalk", message: "newMessage" };

export function alert(what: Alert): void {
  if (sound.value) beep(what);
  if (notify.value) {
    const note = new Notification(t("title"), { body: t(words[what]), tag: `fenfu-${what}` });
    note.onclick = () => {
      focus();
      note.close();
    };
  }
}

/** Two soft notes, upwards for a visitor, downwards for a message. */
function beep(what: Alert): void {
  // Without a gesture of the agent the browser plays nothing, and says so.
  if (!navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume(); // as after the machine has slept
  const notes = what === "message" ? [784, 587] : [660, 880];
  notes.forEach((pitch, i) => {
    const at = audio!.currentTime + i * 0.14;
    const tone = audio!.createOscillator();
    const level = audio!.createGain();
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.12, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.32);
    tone.connect(level).connect(audio!.destination);
    tone.start(at);
    tone.stop(at + 0.34);
  });
}
