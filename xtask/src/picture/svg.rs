//! Lines of a terminal as SVG.
//!
//! The picture brings its own dark ground and border, so it reads alike on a light and a dark page.
//! Which monospace font there is differs from reader to reader, so two things are not left to it:
//! every run of text is stretched to its columns, and bars and axes are drawn, not written.

use std::fmt::Write;

use super::ansi::{Line, Run, Style};

/// The size of a character's cell, and of the font in it.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 20.0;
const FONT: f64 = 14.0;
/// From the top of a cell to the line the letters stand on.
const BASELINE: f64 = 14.5;
/// The ground around the text.
const MARGIN: f64 = 18.0;
/// Bars of neighbouring lines do not touch; those of one line meet without a seam, for their edges
/// are crisp.
const GAP: f64 = 2.0;

const GROUND: &str = "#161b22";
const BORDER: &str = "#3d444d";
const TEXT: &str = "#e6edf3";
const DIM: &str = "#9198a1";
/// Black to white, as SGR numbers them.
const COLOURS: [&str; 8] =
    ["#6e7681", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#e6edf3"];

/// Draws `lines` on a terminal of so many columns.
pub(super) fn draw(lines: &[Line], columns: usize, title: &str) -> String {
    let width = columns as f64 * WIDTH + 2.0 * MARGIN;
    let height = lines.len() as f64 * HEIGHT + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>What {} prints</title>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{GROUND}\" \
         stroke=\"{BORDER}\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"{FONT}\" fill=\"{TEXT}\">\n",
        escaped(title),
        width - 1.0,
        height - 1.0,
    );
    for (row, line) in lines.iter().enumerate() {
        let mut column = 0;
        for run in line {
            draw_run(&mut out, run, row, &mut column);
        }
    }
    out += "</g>\n</svg>\n";
    out
}

/// A stretch of a run that is drawn in one piece.
enum Piece {
    /// The same character of a bar or an axis, over and over.
    Shape(char),
    Text,
    Space,
}

/// Every character is taken to be one column wide, as those of our reports are.
fn draw_run(out: &mut String, run: &Run, row: usize, column: &mut usize) {
    let y = MARGIN + row as f64 * HEIGHT;
    let chars: Vec<char> = run.text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let (piece, end) = piece(&chars, at);
        let x = MARGIN + (*column + at) as f64 * WIDTH;
        let width = (end - at) as f64 * WIDTH;
        match piece {
            Piece::Space => {}
            Piece::Shape(char) => shape(out, char, x, y, end - at, colour(run.style)),
            Piece::Text => text(out, &chars[at..end], x, y, width, run.style),
        }
        at = end;
    }
    *column += chars.len();
}

fn piece(chars: &[char], at: usize) -> (Piece, usize) {
    let rest = &chars[at..];
    let same = |char: char| at + rest.iter().take_while(|&&next| next == char).count();
    match rest[0] {
        ' ' => (Piece::Space, same(' ')),
        char if is_shape(char) => (Piece::Shape(char), same(char)),
        _ => {
            // One space stands between words, two between columns.
            let ends = |index: usize| {
                is_shape(rest[index])
                    || rest[index] == ' ' && rest.get(index + 1).is_none_or(|&next| next == ' ')
            };
            let length = (1..rest.len()).find(|&index| ends(index)).unwrap_or(rest.len());
            (Piece::Text, at + length)
        }
    }
}

fn is_shape(char: char) -> bool {
    matches!(char, '▁'..='█' | '▌' | '▐' | '▒' | '─' | '└' | '┴' | '╌')
}

/// A character of a bar or an axis, `times` over.
fn shape(out: &mut String, char: char, x: f64, y: f64, times: usize, colour: &str) {
    let width = times as f64 * WIDTH;
    let full = HEIGHT - 2.0 * GAP;
    let (middle, centre) = (y + HEIGHT / 2.0, x + WIDTH / 2.0);
    let mut bar = |x: f64, width: f64, height: f64, opacity: &str| {
        let top = y + GAP + full - height;
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             fill=\"{colour}\"{opacity} shape-rendering=\"crispEdges\"/>"
        );
    };
    match char {
        '▒' => return bar(x, width, full, " opacity=\"0.5\""),
        '▁'..='█' => {
            let eighths = f64::from(u32::from(char) - u32::from('▁') + 1);
            return bar(x, width, full * eighths / 8.0, "");
        }
        '▌' | '▐' => {
            let half = if char == '▐' { WIDTH / 2.0 } else { 0.0 };
            for index in 0..times {
                bar(x + index as f64 * WIDTH + half, WIDTH / 2.0, full, "");
            }
            return;
        }
        _ => {}
    }
    let end = x + width;
    let path = match char {
        '└' => format!("M{centre:.1} {y:.1}V{middle:.1}H{end:.1}"),
        '┴' => format!("M{x:.1} {middle:.1}H{end:.1}M{centre:.1} {y:.1}V{middle:.1}"),
        _ => format!("M{x:.1} {middle:.1}H{end:.1}"),
    };
    let dashes = if char == '╌' { " stroke-dasharray=\"3 1.2\"" } else { "" };
    let _ = writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\"{dashes}/>");
}

fn text(out: &mut String, chars: &[char], x: f64, y: f64, width: f64, style: Style) {
    let text = escaped(&chars.iter().collect::<String>());
    let y = y + BASELINE;
    let bold = if style.bold { " font-weight=\"bold\"" } else { "" };
    let fill = match colour(style) {
        TEXT => String::new(),
        colour => format!(" fill=\"{colour}\""),
    };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" \
         lengthAdjust=\"spacingAndGlyphs\"{bold}{fill}>{text}</text>"
    );
}

fn colour(style: Style) -> &'static str {
    match style.colour {
        Some(number) => COLOURS[usize::from(number)],
        None if style.dim => DIM,
        None => TEXT,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::ansi::parse;

    fn drawn(output: &str) -> String {
        draw(&parse(output).unwrap(), 80, "x")
    }

    #[test]
    fn text_keeps_its_columns() {
        let picture = drawn("ab  c d\n");
        assert!(picture.contains("x=\"18.0\" y=\"32.5\" textLength=\"16.8\""), "{picture}");
        assert!(picture.contains(">c d</text>"), "{picture}");
        assert!(picture.contains("x=\"51.6\""), "{picture}");
    }

    #[test]
    fn bars_are_drawn_in_their_colour() {
        let picture = drawn("\x1b[32m███▌\x1b[0m <&>");
        assert!(picture.contains("width=\"25.2\" height=\"16.0\" fill=\"#3fb950\""), "{picture}");
        assert!(picture.contains("width=\"4.2\" height=\"16.0\""), "{picture}");
        assert!(picture.contains(">&lt;&amp;&gt;</text>"), "{picture}");
    }
}
