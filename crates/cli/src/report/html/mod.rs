//! The report as a page: one file that needs nothing else, for a browser on a desk or in a hand.
//!
//! `page.html` is its frame, with a place in braces for each part that is made here; `style.css` and
//! `script.js` become part of it. Without the script all is there but the zoom and the tooltips, and
//! these stand in the last table as well. Everything that a host or the user wrote is escaped where it
//! is put in.

mod escape;
mod tables;
mod timelines;

use crate::outcome::DialectRun;
use crate::plan::Plan;
use crate::report::{interrupted, units};

use escape::Escaped;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole page.
pub(crate) fn html(plan: &Plan, runs: &[DialectRun]) -> String {
    let titles: Vec<&str> = runs.iter().map(|run| run.dialect.title()).collect();
    let lead = format!(
        "{} on {}, probed in {}.",
        units::counted(plan.sites() as u64, "site"),
        units::counted(plan.lanes.len() as u64, "lane"),
        listed(&titles)
    );
    let notice = match interrupted(runs) {
        true => "<p class=\"notice\">Interrupted by Ctrl-C: this is what was there.</p>\n",
        false => "",
    };
    let probes = runs.iter().map(|run| run.run.outcomes().count()).sum::<usize>() as u64;
    fill(PAGE, |place| match place {
        "style" => STYLE.into(),
        "script" => SCRIPT.into(),
        "lead" => Escaped(&lead).to_string(),
        "notice" => notice.into(),
        "legend" => timelines::legend(runs),
        "timelines" => timelines::timelines(plan, runs),
        "sampled" => timelines::sampled(plan),
        "sums" => tables::sums(runs),
        "observed" => tables::observed(runs),
        "count" => units::counted(probes, "probe"),
        "probes" => tables::probes(plan, runs),
        place => unreachable!("page.html has a place {place:?} that nothing is made for"),
    })
}

/// `frame` with each `{{place}}` filled. What is put in is not looked at again.
fn fill(frame: &str, part: impl Fn(&str) -> String) -> String {
    let mut pieces = frame.split("{{");
    let mut page = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (place, after) = piece.split_once("}}").expect("each place of page.html is closed");
        page += &part(place);
        page += after;
    }
    page
}

/// `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).into(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Ending;
    use crate::report::sample;

    #[test]
    fn the_page_has_all_parts_and_asks_for_nothing() {
        let (plan, runs) = sample::four();
        let page = html(&plan, &runs);
        assert_eq!(page.matches("<section class=\"timeline\"").count(), 4);
        assert_eq!(page.matches("class=\"probe\"").count(), 16);
        for part in [
            "google.com",
            "JavaScript",
            "202.0 ms",
            "held up all 4 others; handed over, none",
            "1.80×",
        ] {
            assert!(page.contains(part), "{part} is missing");
        }
        for loaded in ["http-equiv=\"refresh\"", "src=", "@import", "url(", "fetch(", "https:"] {
            assert!(!page.contains(loaded), "{loaded} would load something");
        }
        assert!(page.len() < 60_000, "{} bytes", page.len());
    }

    #[test]
    fn what_hosts_sent_stays_text() {
        let (plan, mut runs) = sample::four_of(sample::troubled());
        let evil = "</script><img src=x onerror=alert(1)>\" onfocus='alert(2)";
        runs[0].run.lanes[0][1][0].ending = Ending::Failed(evil.into());
        let page = html(&plan, &runs);
        assert!(!page.contains("<img") && !page.contains("onfocus='"), "{page}");
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot; onfocus=&#39;"), "{page}");
        assert_eq!(page.matches("</script>").count(), 1);
    }

    #[test]
    fn one_dialect_has_a_page_without_a_comparison() {
        let (plan, mut runs) = sample::four();
        runs.truncate(1);
        runs[0].observed = None;
        let page = html(&plan, &runs);
        assert_eq!(page.matches("<section class=\"timeline\"").count(), 1);
        assert!(!page.contains("Observed"), "{page}");
        assert!(page.contains("probed in asyncio."), "{page}");
    }

    #[test]
    fn an_interrupted_page_says_so_and_what_did_not_run() {
        let (plan, runs) = sample::four_troubled();
        let page = html(&plan, &runs);
        assert!(page.contains("Interrupted by Ctrl-C"), "{page}");
        assert!(page.contains("not run"), "{page}");
        assert_eq!(page.matches("<section class=\"timeline\"").count(), 4);
    }

    #[test]
    fn thousands_of_sites_are_a_sample() {
        let (plan, runs) = sample::four_of(sample::many(5_000));
        let page = html(&plan, &runs);
        assert!(page.contains("200 of 5 000 sites"), "the note is missing");
        assert_eq!(page.matches("class=\"probe\"").count(), 4 * 200);
        assert!(page.len() < 1_500_000, "{} bytes", page.len());
    }

    #[test]
    fn places_are_filled_once() {
        assert_eq!(fill("a {{b}} c", |place| format!("[{place} {{{{d}}}}]")), "a [b {{d}}] c");
    }
}
