//! Text that becomes part of a page.

use std::fmt;

/// Shows a text as it is, wherever in a page it stands: what hosts sent may say anything.
pub(super) struct Escaped<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.as_ref().chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                char if char.is_control() => f.write_str("\u{fffd}")?,
                char => fmt::Write::write_char(f, char)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_text_or_an_attribute() {
        let text = Escaped("<b a='\"'>&\0\u{1b}[2J\n</b> ü 日").to_string();
        assert_eq!(
            text,
            "&lt;b a=&#39;&quot;&#39;&gt;&amp;\u{fffd}\u{fffd}[2J\u{fffd}&lt;/b&gt; ü 日"
        );
    }
}
