//! How Google's APIs refuse: `{"error": {"code", "message", "errors": [{"reason"}], "details": [{"reason"}]}}`.
//! Source: YouTube Data API, "Errors"; Google API Improvement Proposal 193.

use serde_json::Value;

use super::{Kind, Refusal, Trouble};

/// Sorts a refusal by the vendor's own reason, which says more than the status.
pub fn sort(refusal: &Refusal) -> Trouble {
    let reason = reason_of(&refusal.body);
    let message = refusal.body.pointer("/error/message").and_then(Value::as_str);
    let kind = match reason {
        "quotaExceeded" | "dailyLimitExceeded" | "dailyLimitExceeded402" => Kind::Quota,
        "rateLimitExceeded" | "userRateLimitExceeded" | "RATE_LIMIT_EXCEEDED" => Kind::Rate,
        "backendError" | "internalError" => Kind::Dependency,
        "API_KEY_INVALID" | "keyInvalid" | "keyExpired" => Kind::Credential,
        _ => refusal.kind(),
    };
    refusal.trouble(kind, reason, message.unwrap_or("no explanation was given"))
}

fn reason_of(body: &Value) -> &str {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let details = body.pointer("/error/details").and_then(Value::as_array);
    let detail = details.and_then(|details| details.iter().find_map(|detail| detail.get("reason")?.as_str()));
    match text("/error/errors/0/reason") {
        // what newer services call by name in the details is all a "bad request" here
        Some("badRequest") | None => detail.or_else(|| text("/error/status")).unwrap_or("badRequest"),
        Some(reason) => reason,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(status: u16, reason: &str) -> Kind {
        let body = json!({"error": {"code": status, "message": "m", "errors": [{"reason": reason}]}});
        sort(&Refusal {
            status,
            body,
            after: None,
        })
        .kind
    }

    #[test]
    fn the_reason_decides_before_the_status() {
        assert_eq!(kind(403, "quotaExceeded"), Kind::Quota);
        assert_eq!(kind(403, "rateLimitExceeded"), Kind::Rate);
        assert_eq!(kind(403, "forbidden"), Kind::Credential);
        assert_eq!(kind(401, "authError"), Kind::Credential);
        assert_eq!(kind(404, "playlistNotFound"), Kind::Input);
        assert_eq!(kind(400, "invalidParameter"), Kind::Input);
        assert_eq!(kind(503, "backendError"), Kind::Dependency);
    }

    #[test]
    fn an_invalid_key_is_no_bad_request() {
        let body = json!({"error": {"code": 400, "message": "API key not valid.", "errors": [{"reason": "badRequest"}],
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}});
        assert_eq!(
            sort(&Refusal {
                status: 400,
                body,
                after: None
            })
            .kind,
            Kind::Credential
        );
    }

    #[test]
    fn a_page_of_a_proxy_is_sorted_by_status() {
        let refusal = Refusal {
            status: 502,
            body: Value::Null,
            after: None,
        };
        assert_eq!(sort(&refusal).kind, Kind::Dependency);
    }
}
