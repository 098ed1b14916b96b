// The server's clock, carried on from its last answer: ages are right even where this machine's clock is wrong,
// and they keep growing when the server stops answering.
import { useEffect, useState } from "react";

const TICK_MS = 1_000;

/** `answeredAt` is the server's time in the answer, `receivedAtMs` this machine's time when it came. */
export function useServerNowMs(answeredAt: string, receivedAtMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => { setNowMs(Date.now()); }, TICK_MS);
    return () => { clearInterval(timer); };
  }, []);
  return Date.parse(answeredAt) + Math.max(0, nowMs - receivedAtMs);
}
