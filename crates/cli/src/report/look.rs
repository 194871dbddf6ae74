//! How wide a report may be, which characters it may use, and whether in colour.

use std::env;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width where nothing says otherwise.
const USUAL_WIDTH: u16 = 80;

/// What the place a report is printed to can show.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// How many columns there are.
    pub(crate) width: usize,
    /// Whether characters outside ASCII come out right.
    pub(crate) unicode: bool,
    /// Whether to use colours.
    pub(crate) colour: bool,
}

impl Look {
    /// The look of standard output.
    pub(crate) fn of_stdout() -> Look {
        let stdout = io::stdout();
        Look::of(&stdout, stdout.is_terminal())
    }

    /// The look of standard error.
    pub(crate) fn of_stderr() -> Look {
        let stderr = io::stderr();
        Look::of(&stderr, stderr.is_terminal())
    }

    fn of(place: impl AsFd, terminal: bool) -> Look {
        let columns = || env::var("COLUMNS").ok()?.parse().ok();
        let size = || rustix::termios::tcgetwinsize(place).ok().map(|size| size.ws_col);
        let width = if terminal { size().or_else(columns) } else { columns() };
        Look {
            width: width.filter(|&width| width > 0).unwrap_or(USUAL_WIDTH).into(),
            unicode: is_utf8(|name| env::var(name).ok()),
            colour: terminal && wants_colour(|name| env::var(name).ok()),
        }
    }

    /// `text` in `style`, or plain where there are no colours.
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        match self.colour && !text.is_empty() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    /// For headings.
    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// For what stands in the background: axes, labels, notes.
    pub(super) fn dim(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// For what went wrong.
    pub(super) fn red(&self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// `unicode` if that comes out right, else `ascii`.
    pub(super) fn pick<T>(&self, unicode: T, ascii: T) -> T {
        if self.unicode { unicode } else { ascii }
    }

    /// What stands where there is no value.
    pub(super) fn nothing(&self) -> &'static str {
        self.pick("–", "-")
    }

    /// `text` cut to `width` columns, with a mark where it was cut.
    pub(super) fn cut(&self, text: &str, width: usize) -> String {
        if text.width() <= width {
            return text.to_owned();
        }
        let mark = self.pick("…", "~");
        let mut cut = String::new();
        let mut left = width.saturating_sub(mark.width());
        for char in text.chars() {
            let Some(rest) = left.checked_sub(char.width().unwrap_or(0)) else { break };
            left = rest;
            cut.push(char);
        }
        cut + mark
    }

    /// `text` cut or filled up with spaces to exactly `width` columns.
    pub(super) fn fit(&self, text: &str, width: usize) -> String {
        let cut = self.cut(text, width);
        let missing = width.saturating_sub(cut.width());
        cut + &" ".repeat(missing)
    }
}

/// Whether the locale's characters are encoded as UTF-8: the first of the three variables that is
/// set decides, as for every program of the system.
fn is_utf8(var: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| var(name).filter(|value| !value.is_empty());
    let Some(locale) = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")) else {
        return false;
    };
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// See <https://no-color.org>.
fn wants_colour(var: impl Fn(&str) -> Option<String>) -> bool {
    var("NO_COLOR").is_none_or(|value| value.is_empty())
        && var("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(is_utf8(vars(&[("LANG", "de_DE.UTF-8")])));
        assert!(is_utf8(vars(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")])));
        assert!(!is_utf8(vars(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")])));
        assert!(!is_utf8(vars(&[])));
    }

    #[test]
    fn colours_can_be_refused() {
        assert!(wants_colour(vars(&[("TERM", "xterm")])));
        assert!(wants_colour(vars(&[("TERM", "xterm"), ("NO_COLOR", "")])));
        assert!(!wants_colour(vars(&[("TERM", "xterm"), ("NO_COLOR", "1")])));
        assert!(!wants_colour(vars(&[("TERM", "dumb")])));
    }

    #[test]
    fn what_is_cut_says_so_and_fits() {
        let look = Look { width: 80, unicode: true, colour: false };
        assert_eq!(look.cut("google.com", 10), "google.com");
        assert_eq!(look.cut("google.com", 6), "googl…");
        assert_eq!(look.fit("ab", 4), "ab  ");
        assert_eq!(look.fit("日本語", 4), "日… ");
    }
}
