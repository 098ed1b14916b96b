//! Lists: newest first, cursors that name an object, `created` bounds, filters, `expand[]`.

use serde_json::{Value, json};

use super::account::{Account, Kind};
use super::refusal::Refusal;
use crate::query::Query;

/// Filters by a member, per kind.
fn filters(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Charge => &["customer", "payment_intent"],
        Kind::Refund => &["charge", "payment_intent"],
        Kind::Payout => &["status", "destination"],
        Kind::BalanceTransaction => &["type", "source", "currency", "payout"],
        Kind::Subscription => &["customer", "status", "price"],
        Kind::Customer => &["email"],
        Kind::Event => &["type", "delivery_success"],
    }
}

pub(super) fn list(account: &Account, query: &Query, kind: Kind) -> Result<Value, Refusal> {
    let cursors = [
        "limit",
        "starting_after",
        "ending_before",
        "created",
        "expand[]",
        "expand",
    ];
    for name in query.names() {
        let bound = name
            .strip_prefix("created[")
            .or_else(|| name.strip_prefix("arrival_date["));
        let is_bound = bound.is_some_and(|rest| ["gt]", "gte]", "lt]", "lte]"].contains(&rest));
        let is_expand = name.starts_with("expand[") || name.starts_with("types[");
        if !is_bound && !is_expand && !cursors.contains(&name) && !filters(kind).contains(&name) {
            return Err(Refusal::unknown(name));
        }
    }
    let mut all = account.all(kind);
    all.retain(|object| passes(object, query, kind));
    for bound in query.pairs() {
        narrow(&mut all, bound)?;
    }
    let limit = limit(query)?;
    let place = |param: &str| -> Result<Option<usize>, Refusal> {
        let Some(id) = query.get(param) else {
            return Ok(None);
        };
        let found = all.iter().position(|object| object["id"] == id);
        found.map(Some).ok_or_else(|| Refusal::no_such(kind, id, param))
    };
    let (begin, end, more) = match (place("starting_after")?, place("ending_before")?) {
        (Some(_), Some(_)) => {
            let message = "You cannot parameterize both starting_after and ending_before.";
            return Err(Refusal::invalid("starting_after", message));
        }
        (_, Some(before)) => (before.saturating_sub(limit), before, before > limit),
        (after, None) => {
            let begin = after.map_or(0, |place| place + 1);
            let end = (begin + limit).min(all.len());
            (begin, end, end < all.len())
        }
    };
    let mut data: Vec<Value> = all.drain(begin..end).collect();
    expand(account, query, "data.", &mut data)?;
    Ok(json!({"object": "list", "url": format!("/v1/{}", kind.path()), "has_more": more, "data": data}))
}

fn limit(query: &Query) -> Result<usize, Refusal> {
    let Some(text) = query.get("limit") else {
        return Ok(10);
    };
    match text.parse::<usize>() {
        Ok(limit @ 1..=100) => Ok(limit),
        Ok(0) => Err(Refusal::invalid(
            "limit",
            "This value must be greater than or equal to 1.",
        )),
        Ok(_) => Err(Refusal::invalid(
            "limit",
            "This value must be less than or equal to 100 (it currently is '".to_owned() + text + "').",
        )),
        Err(_) => Err(Refusal::invalid("limit", format!("Invalid integer: {text}"))),
    }
}

fn passes(object: &Value, query: &Query, kind: Kind) -> bool {
    let status = query.get("status");
    let hidden = kind == Kind::Subscription && status.is_none() && object["status"] == "canceled";
    let fits = |name: &&str| match query.get(name) {
        None => true,
        Some("all") if *name == "status" => true,
        Some(wanted) => object[*name] == wanted || object["items"]["data"][0][*name]["id"] == wanted,
    };
    !hidden && filters(kind).iter().all(fits)
}

/// `created=N`, `created[gte]=N` and so on.
fn narrow(all: &mut Vec<Value>, (name, value): &(String, String)) -> Result<(), Refusal> {
    let Some((member, bound)) = ["created", "arrival_date"]
        .iter()
        .find_map(|member| Some((*member, name.strip_prefix(member)?)))
    else {
        return Ok(());
    };
    let limit: i64 = value
        .parse()
        .map_err(|_| Refusal::invalid(name, format!("Invalid integer: {value}")))?;
    all.retain(|object| {
        let when = object[member].as_i64().unwrap_or_default();
        match bound {
            "[gt]" => when > limit,
            "[gte]" => when >= limit,
            "[lt]" => when < limit,
            "[lte]" => when <= limit,
            _ => when == limit,
        }
    });
    Ok(())
}

/// Puts objects in the place of their ids.
pub(super) fn expand(account: &Account, query: &Query, prefix: &str, objects: &mut [Value]) -> Result<(), Refusal> {
    let asked = query.pairs().iter().filter(|(name, _)| name.starts_with("expand"));
    for (_, path) in asked {
        let member = path.strip_prefix(prefix).unwrap_or(path);
        let kind = match member {
            "balance_transaction" => Kind::BalanceTransaction,
            "customer" => Kind::Customer,
            "charge" => Kind::Charge,
            "source" => Kind::Charge,
            other => {
                let message = format!("This property cannot be expanded ({other}).");
                return Err(Refusal::invalid("expand", message));
            }
        };
        let known = account.all(kind);
        for object in objects.iter_mut() {
            if let Some(found) = known.iter().find(|one| one["id"] == object[member]) {
                object[member] = found.clone();
            }
        }
    }
    Ok(())
}
