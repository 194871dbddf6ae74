//! Durations and counts as they are written in reports.

use std::time::Duration;

/// `120.8 ms`, `1.23 s`, `95.1 s`: always with its unit, so that a column needs none.
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        // Something is not nothing.
        0.000_000_001..0.000_05 => "<0.1 ms".into(),
        ..0.99995 => format!("{:.1} ms", seconds * 1e3),
        ..99.995 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.0} s"),
    }
}

/// `10 000`: digits in groups of three.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 site`, `2 sites`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_choose_their_unit() {
        let text = |micros| time(Duration::from_micros(micros));
        assert_eq!(text(0), "0.0 ms");
        assert_eq!(text(1), "<0.1 ms");
        assert_eq!(text(84), "0.1 ms");
        assert_eq!(text(120_849), "120.8 ms");
        assert_eq!(text(999_949), "999.9 ms");
        assert_eq!(text(999_951), "1.00 s");
        assert_eq!(text(99_994_000), "99.99 s");
        assert_eq!(text(99_996_000), "100 s");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_024), "1 024");
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(counted(1, "lane"), "1 lane");
        assert_eq!(counted(10_000, "lane"), "10 000 lanes");
    }
}
