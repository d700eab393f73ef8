// What this browser remembers of how somebody likes to work. Nothing of any
// conversation is kept. Where storage is forbidden, the defaults hold.

export type Pref = "lang" | "sound" | "notify" | "keys";

export function load(name: Pref): string | null {
  try {
    return localStorage.getItem(`fenfu.desk.${name}`);
  } catch {
    return null;
  }
}

export function save(name: Pref, value: string): void {
  try {
    localStorage.setItem(`fenfu.desk.${name}`, value);
  } catch {
    // Then it holds until the page goes.
  }
}
