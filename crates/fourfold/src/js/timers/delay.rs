//! How long a timer waits.

use std::time::Duration;

/// The longest delay that fits, in milliseconds; about 25 days.
const MOST: f64 = 2_147_483_647.0;

/// What a delay may be given as: a [`Duration`], or a number of milliseconds.
///
/// Delays are whole milliseconds, from 1 to 2³¹ − 1; what is between two is cut off. Every other delay,
/// not-a-number included, becomes 1, and for those that are more than a little too small the process
/// warns, as Node does.
pub trait Delay: sealed::Sealed {
    #[doc(hidden)]
    fn milliseconds(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl sealed::Sealed for $number {}

        impl Delay for $number {
            fn milliseconds(self) -> f64 {
                self as f64
            }
        }
    )*};
}

numbers!(f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl sealed::Sealed for Duration {}

impl Delay for Duration {
    fn milliseconds(self) -> f64 {
        // Each part is exact up to the longest delay there is, unlike seconds as a fraction: nothing of a
        // whole millisecond is cut off. Not `as_nanos`, whose 128 bits are long in becoming a number.
        self.as_secs() as f64 * 1e3 + f64::from(self.subsec_nanos()) / 1e6
    }
}

/// A delay as timers take it, and the warning it deserves.
pub(super) fn checked(delay: impl Delay) -> (u32, Option<(&'static str, String)>) {
    let milliseconds = delay.milliseconds();
    if (1.0..=MOST).contains(&milliseconds) {
        return (milliseconds as u32, None);
    }
    let set_to_one = "\nTimeout duration was set to 1.";
    let number = number(milliseconds);
    let warning = if milliseconds > MOST {
        let text = format!("{number} does not fit into a 32-bit signed integer.{set_to_one}");
        Some(("TimeoutOverflowWarning", text))
    } else if milliseconds < 0.0 {
        let text = format!("{number} is a negative number.{set_to_one}");
        Some(("TimeoutNegativeWarning", text))
    } else if milliseconds.is_nan() {
        Some(("TimeoutNaNWarning", format!("{number} is not a number.{set_to_one}")))
    } else {
        None
    };
    (1, warning)
}

/// A number as JavaScript writes it.
fn number(number: f64) -> String {
    if number == f64::INFINITY {
        "Infinity".into()
    } else if number == f64::NEG_INFINITY {
        "-Infinity".into()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn js_10_no_whole_millisecond_is_cut_off() {
        for milliseconds in 1..20_000 {
            let delay = Duration::from_millis(milliseconds);
            assert_eq!(u64::from(checked(delay).0), milliseconds);
        }
        assert_eq!(checked(Duration::from_micros(1_999)).0, 1);
        assert_eq!(checked(0.5).0, 1);
    }
}
