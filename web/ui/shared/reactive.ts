// Ties views to signals: the few lines this front end needs of what
// @preact/signals does, without its bindings for single nodes and attributes.
import { effect, signal, type Signal } from "@preact/signals-core";
import { Component, type ComponentChild, type ComponentClass } from "preact";
import { useEffect, useMemo } from "preact/hooks";

/**
 * Makes a component of a view that reads signals. It renders again when one of
 * those changes, or a prop; a view that is not wrapped hears of no signal.
 */
export function reactive<P extends object>(view: (props: P) => ComponentChild): ComponentClass<P> {
  return class extends Component<P> {
    #stop = (): void => {};

    override shouldComponentUpdate(next: P): boolean {
      return Object.entries(next).some(([name, value]) => value !== this.props[name as keyof P]);
    }

    override render(): ComponentChild {
      this.#stop();
      let seen: ComponentChild;
      let rendered = false;
      // Its first run is the rendering, and what that reads calls for the next.
      this.#stop = effect(() => {
        if (rendered) this.forceUpdate();
        else seen = view(this.props);
        rendered = true;
      });
      return seen;
    }

    override componentWillUnmount(): void {
      this.#stop();
    }
  };
}

/** A signal of the component's own. */
export function useSignal<T>(initial: T): Signal<T> {
  return useMemo(() => signal(initial), []);
}

/** Runs once the component is there, and whenever a signal changes that it read. */
export function useSignalEffect(run: () => void): void {
  useEffect(() => effect(run), []);
}
