// A fault of the dashboard's own code ends here instead of in a white page.
import { Component, type ReactNode } from "react";
import { ErrorPanel } from "./states";

export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <ErrorPanel error={error} onRetry={() => { window.location.reload(); }} />;
  }
}
