// What jsdom has not: a size for charts to be drawn in. Everything else a page uses here is the real thing.
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

class FixedSizeObserver implements ResizeObserver {
  readonly #notify: ResizeObserverCallback;
  constructor(notify: ResizeObserverCallback) {
    this.#notify = notify;
  }
  observe(target: Element) {
    const contentRect = { x: 0, y: 0, top: 0, left: 0, right: 640, bottom: 240, width: 640, height: 240 } as DOMRectReadOnly;
    this.#notify([{ target, contentRect, borderBoxSize: [], contentBoxSize: [], devicePixelContentBoxSize: [] }], this);
  }
  unobserve() {}
  disconnect() {}
}

if (typeof window !== "undefined") window.ResizeObserver = FixedSizeObserver;

configure({ asyncUtilTimeout: 15_000 }); // a busy machine is no failure

afterEach(() => {
  cleanup();
});
