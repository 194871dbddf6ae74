//! Just enough of JSON to write it: a string with its escapes (RFC 8259, section 7).

use std::fmt;

/// Formats as a JSON string, quotes included.
///
/// ```
/// use fourfold_kernel::trace::Quoted;
///
/// assert_eq!(Quoted("a \"b\"").to_string(), r#""a \"b\"""#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        let mut plain = 0;
        for (at, byte) in self.0.bytes().enumerate() {
            // Bytes of a longer character are all above 0x7f, so `at` is a boundary here.
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            f.write_str(&self.0[plain..at])?;
            plain = at + 1;
            match byte {
                b'"' => f.write_str("\\\"")?,
                b'\\' => f.write_str("\\\\")?,
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\t' => f.write_str("\\t")?,
                _ => write!(f, "\\u{byte:04x}")?,
            }
        }
        f.write_str(&self.0[plain..])?;
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::Quoted;

    #[test]
    fn what_must_be_escaped_is() {
        assert_eq!(Quoted("a\"b\\c\n\r\t\u{1}").to_string(), r#""a\"b\\c\n\r\t\u0001""#);
    }

    #[test]
    fn every_character_survives_a_parser() {
        let all: String =
            (0..0x3000).chain([0x2028, 0xfeff, 0x1_f600]).filter_map(char::from_u32).collect();
        let back: String = serde_json::from_str(&Quoted(&all).to_string()).unwrap();
        assert_eq!(back, all);
    }
}
