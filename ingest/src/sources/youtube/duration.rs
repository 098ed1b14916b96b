//! Durations as YouTube writes them: ISO 8601, such as `PT4M13S`, `P1DT2H`, and `P0D` for a stream that has not begun.

/// Whole seconds; `None` for what is no duration, or one with years or months, which have no fixed length.
pub fn seconds(text: &str) -> Option<i64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest
        .split_once('T')
        .map_or((rest, None), |(date, time)| (date, Some(time)));
    if date.is_empty() && time.is_none_or(str::is_empty) {
        return None;
    }
    let date = parts(date, &[('W', 604_800), ('D', 86_400)])?;
    let time = parts(time.unwrap_or_default(), &[('H', 3600), ('M', 60), ('S', 1)])?;
    date.checked_add(time)
}

/// The sum of numbers with their units, which come in order and once each.
fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut units = units.iter();
    let mut sum = 0i64;
    let mut number = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
        } else {
            let (_, length) = units.find(|(unit, _)| *unit == c)?;
            let count: i64 = number.parse().ok()?;
            sum = sum.checked_add(count.checked_mul(*length)?)?;
            number.clear();
        }
    }
    number.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let cases = [
            ("PT4M13S", 253),
            ("PT0S", 0),
            ("P0D", 0),
            ("P1DT2H3M4S", 93_784),
            ("PT11H", 39_600),
            ("P1W", 604_800),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in [
            "",
            "P",
            "PT",
            "4M13S",
            "PT4",
            "PTM",
            "PT1S2M",
            "P1M",
            "PT1.5S",
            "PT-1S",
            "PT99999999999999999999H",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
