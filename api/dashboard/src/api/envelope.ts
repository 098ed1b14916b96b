// The product's envelope: every answer says whether it succeeded, for which request, and as of when.
// An answer that is not an envelope (a proxy's error page, half an answer) becomes an ApiError too, never a crash.
import { DecodeError, type Decoder, isRecord } from "./decode";

export interface Answer<T> {
  data: T;
  /** Newest event time in what the answer was made from; null when there is no data. */
  asOf: string | null;
  /** The server's clock when it answered; ages are counted from it. */
  timestamp: string;
  requestId: string;
}

/** `code` is the API's own, or one of UNREACHABLE, TIMEOUT, BAD_ANSWER when there was no usable answer. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, from: Partial<Pick<ApiError, "status" | "requestId" | "details">> = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = from.status ?? null;
    this.requestId = from.requestId ?? null;
    this.details = from.details ?? {};
  }

  /** Worth asking again without changing the question. */
  get isTransient(): boolean {
    return this.code === "UNREACHABLE" || this.code === "TIMEOUT" || (this.status ?? 0) >= 500;
  }
}

export function openEnvelope<T>(body: string, status: number, decoder: Decoder<T>): Answer<T> {
  const envelope = parse(body, status);
  const meta = isRecord(envelope["meta"]) ? envelope["meta"] : {};
  const requestId = typeof meta["request_id"] === "string" ? meta["request_id"] : null;
  if (envelope["success"] !== true) throw refusal(envelope["error"], status, requestId);
  try {
    return {
      data: decoder(envelope["data"], "data"),
      asOf: typeof meta["as_of"] === "string" ? meta["as_of"] : null,
      timestamp: typeof meta["timestamp"] === "string" ? meta["timestamp"] : new Date().toISOString(),
      requestId: requestId ?? "",
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ApiError("BAD_ANSWER", `The server's answer does not fit this dashboard: ${error.message}.`, { status, requestId });
  }
}

function parse(body: string, status: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (isRecord(value) && typeof value["success"] === "boolean") return value;
  } catch {
    // falls through: not JSON and not an envelope are told to the reader in the same words
  }
  throw new ApiError("BAD_ANSWER", `The server answered with HTTP ${status} and something that is not the API's envelope.`, { status });
}

function refusal(error: unknown, status: number, requestId: string | null): ApiError {
  const fields = isRecord(error) ? error : {};
  const code = typeof fields["code"] === "string" ? fields["code"] : "BAD_ANSWER";
  const message = typeof fields["message"] === "string" ? fields["message"] : `The server refused with HTTP ${status}.`;
  return new ApiError(code, message, { status, requestId, details: isRecord(fields["details"]) ? fields["details"] : {} });
}
