//! The page of `--html`, in a real browser, if this machine has one: `chromium` on the path, or what
//! FOURFOLD_CHROMIUM names. The screenshots stay in `target/tmp`.

mod devtools;
mod hosts;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use devtools::Browser;
use hosts::{all_dialects, answering, text};
use serde_json::{Value, json};

/// A folder of this test's own, with the page in it that such a run writes.
fn page(name: &str, args: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("html-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let page = folder.join("page.html");
    let mut command = all_dialects(&[&["--html", page.to_str().unwrap()], args].concat());
    let output = command.stdout(Stdio::null()).output().unwrap();
    assert!(text(&output.stderr).contains("Page: "), "{}", text(&output.stderr));
    page
}

/// A browser, or a word that there is none.
fn browser(page: &Path) -> Option<Browser> {
    let Some(program) = devtools::find() else {
        // Past the capture of the test's output, which nobody would see.
        let _ = writeln!(
            io::stderr(),
            "skipped: no chromium on the path, FOURFOLD_CHROMIUM names none"
        );
        return None;
    };
    Some(Browser::start(&program, &page.with_file_name("profile")))
}

fn size(browser: &mut Browser, width: u32, height: u32) {
    let metrics =
        json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
    browser.call("Emulation.setDeviceMetricsOverride", metrics);
}

/// The size that a PNG says it has.
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// Where each timeline stands and how wide its bars are, in pixels.
const TIMELINES: &str = "[...document.querySelectorAll('.timeline')].map(timeline => ({
    title: timeline.getAttribute('aria-label'),
    top: timeline.getBoundingClientRect().top,
    bottom: timeline.getBoundingClientRect().bottom,
    bars: [...timeline.querySelectorAll('.probe')].map(bar => ({
        left: bar.getBoundingClientRect().left,
        right: bar.getBoundingClientRect().right,
        colour: getComputedStyle(bar.querySelector('.first')).backgroundColor,
    })),
}))";

#[test]
fn four_timelines_on_a_desk_and_in_a_hand() {
    let page = page("four", &[]);
    let Some(mut browser) = browser(&page) else { return };
    for (name, width, height) in [("desk", 1200, 900), ("phone", 360, 800)] {
        size(&mut browser, width, height);
        browser.open(&page);
        assert_eq!(browser.console(), Vec::<Value>::new(), "the console is to stay empty");
        let requests = browser.requests();
        let page_only = |url: &String| url.starts_with("file://") || url.starts_with("data:");
        assert!(requests.iter().all(page_only), "{requests:?}");

        let found = browser.eval(TIMELINES);
        let timelines = found.as_array().unwrap();
        let titles: Vec<&str> =
            timelines.iter().map(|timeline| timeline["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["asyncio", "C#", "JavaScript", "Go"]);
        let number = |value: &Value| value.as_f64().unwrap();
        for pair in timelines.windows(2) {
            assert!(number(&pair[1]["top"]) >= number(&pair[0]["bottom"]), "{found}");
        }
        // All four are on the first screen.
        assert!(number(&timelines[3]["bottom"]) < f64::from(height), "{name}: {found}");
        for bar in timelines.iter().flat_map(|timeline| timeline["bars"].as_array().unwrap()) {
            let (left, right) = (number(&bar["left"]), number(&bar["right"]));
            assert!(right - left > 3.0 && right < f64::from(width), "{bar}");
        }
        let bars = timelines.iter().map(|timeline| timeline["bars"].as_array().unwrap().len());
        assert_eq!(bars.collect::<Vec<_>>(), [4; 4]);
        // The page itself never scrolls sideways.
        let across = browser.eval("document.documentElement.scrollWidth");
        assert!(number(&across) <= f64::from(width), "{name}: {across} px");

        let shot = browser.screenshot();
        assert_eq!(png_size(&shot), (width, height));
        fs::write(page.with_file_name(format!("{name}.png")), shot).unwrap();
    }
}

#[test]
fn a_probe_tells_its_phases_to_pointer_keyboard_and_click() {
    let page = page("tips", &[]);
    let Some(mut browser) = browser(&page) else { return };
    size(&mut browser, 1200, 900);
    browser.open(&page);
    let tip = "(tip => tip.hidden ? null : tip.innerText)(document.getElementById('tip'))";
    assert_eq!(browser.eval(tip), Value::Null);

    let at = browser.eval(
        "(box => [box.left + box.width / 2, box.top + box.height / 2])
         (document.querySelectorAll('.probe')[1].getBoundingClientRect())",
    );
    let mouse = |kind: &str, y: &Value| json!({"type": kind, "x": at[0], "y": y});
    browser.call("Input.dispatchMouseEvent", mouse("mouseMoved", &at[1]));
    let shown = browser.eval(tip);
    let shown = shown.as_str().expect("the tooltip is shown");
    for part in ["google.ch", "asyncio, lane 1", "200 OK", "Connect", "First byte", "In all"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    fs::write(page.with_file_name("tip.png"), browser.screenshot()).unwrap();
    browser.call("Input.dispatchMouseEvent", mouse("mouseMoved", &json!(2)));
    assert_eq!(browser.eval(tip), Value::Null, "the pointer has left");

    let mut key = |name: &str, code: u32| {
        for kind in ["rawKeyDown", "keyUp"] {
            let key =
                json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code});
            browser.call("Input.dispatchKeyEvent", key);
        }
        browser.eval(tip)
    };
    // Past the zoom and the scrolled box.
    let mut shown = Value::Null;
    for _ in 0..4 {
        shown = key("Tab", 9);
        if !shown.is_null() {
            break;
        }
    }
    assert!(shown.as_str().unwrap().contains("google.fr"), "{shown}");
    assert!(key("ArrowRight", 39).as_str().unwrap().contains("google.ch"));
    assert_eq!(key("Escape", 27), Value::Null);

    size(&mut browser, 360, 800);
    browser.open(&page);
    let at = browser.eval(
        "(box => [box.left + box.width / 2, box.top + box.height / 2])
         (document.querySelectorAll('.probe')[14].getBoundingClientRect())",
    );
    // A tap ends in a click. A headless Chromium makes none of synthesized touches, so it is one here.
    for kind in ["mousePressed", "mouseReleased"] {
        let click =
            json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1});
        browser.call("Input.dispatchMouseEvent", click);
    }
    let shown = browser.eval(tip);
    assert!(shown.as_str().unwrap().contains("Go, lane 2"), "{shown}");
    let fits = "(box => box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight)
                (document.getElementById('tip').getBoundingClientRect())";
    assert_eq!(browser.eval(fits), true);
    fs::write(page.with_file_name("click.png"), browser.screenshot()).unwrap();
    assert_eq!(browser.console(), Vec::<Value>::new());
}

#[test]
fn the_zoom_widens_all_timelines_at_once() {
    let page = page("zoom", &[]);
    let Some(mut browser) = browser(&page) else { return };
    size(&mut browser, 1200, 900);
    browser.open(&page);
    let widths =
        "[...document.querySelectorAll('.timeline')].map(one => one.getBoundingClientRect().width)";
    let before = browser.eval(widths);
    browser.eval(
        "(zoom => { zoom.value = 4; zoom.dispatchEvent(new Event('input', { bubbles: true })); })
         (document.querySelector('#zoom input'))",
    );
    let after = browser.eval(widths);
    for (before, after) in before.as_array().unwrap().iter().zip(after.as_array().unwrap()) {
        let (before, after) = (before.as_f64().unwrap(), after.as_f64().unwrap());
        assert!((after / before - 4.0).abs() < 0.05, "{before} to {after}");
    }
    let scrolled = browser.eval("document.querySelector('.scroll').scrollLeft");
    assert!(scrolled.as_f64().unwrap() > 0.0, "what was in the middle stays there");
    assert_eq!(browser.console(), Vec::<Value>::new());
}

#[test]
fn dark_where_the_reader_has_it_dark() {
    let page = page("dark", &[]);
    let Some(mut browser) = browser(&page) else { return };
    size(&mut browser, 1200, 900);
    browser.open(&page);
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = browser.eval(ground);
    let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.call("Emulation.setEmulatedMedia", dark);
    assert_ne!(browser.eval(ground), light);
    fs::write(page.with_file_name("dark.png"), browser.screenshot()).unwrap();
}

#[test]
fn what_a_host_sends_does_not_run() {
    let evil =
        answering(b"<img src=x onerror=console.error(1)>\"' onfocus=console.error(2)\r\n\r\n");
    let page = page("evil", &["--dialect", "all", &evil.to_string()]);
    let Some(mut browser) = browser(&page) else { return };
    browser.open(&page);
    let images =
        browser.eval("document.images.length + document.querySelectorAll('[onfocus]').length");
    assert_eq!(images, 0);
    assert_eq!(browser.console(), Vec::<Value>::new());
    let failed = browser.eval("document.querySelectorAll('.probe .failed').length");
    assert_eq!(failed, 4, "one probe in each dialect, which failed");
}

/// The other tests rest on it.
#[test]
fn a_console_that_is_not_empty_is_noticed() {
    let page = page("noticed", &[]);
    let Some(mut browser) = browser(&page) else { return };
    let spoiled =
        fs::read_to_string(&page).unwrap().replace("</body>", "<script>x.y</script></body>");
    fs::write(&page, spoiled + "<img src=\"https://host.invalid/x.png\">").unwrap();
    browser.open(&page);
    let console = browser.console();
    let thrown = |event: &Value| event["method"] == "Runtime.exceptionThrown";
    assert!(console.iter().any(thrown), "{console:?}");
    assert!(console.iter().any(|event| event["method"] == "Log.entryAdded"), "{console:?}");
}
