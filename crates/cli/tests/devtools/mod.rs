//! A headless Chromium, spoken to over two pipes.
//!
//! The protocol: <https://chromedevtools.github.io/devtools-protocol/>. With
//! `--remote-debugging-pipe` it is objects of JSON, each ended by a zero byte, that Chromium reads from
//! descriptor 3 and writes to descriptor 4. A shell puts our pipes there, for Rust's own way to do it
//! is unsafe.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// Names the Chromium to use; one that is named has to work.
const NAMED_BY: &str = "FOURFOLD_CHROMIUM";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// What does not answer for so long, on whatever machine, hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The Chromium of this machine, if there is one.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os(NAMED_BY) {
        return Some(named.into());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// A browser is many processes: one at a time is enough for a machine that also builds.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A browser with one page.
pub(crate) struct Browser {
    _only: MutexGuard<'static, ()>,
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    calls: u64,
    /// What came that was no answer.
    events: Vec<Value>,
}

impl Browser {
    /// Starts it, with `profile` for what it wants to keep, on an empty page.
    pub(crate) fn start(program: &Path, profile: &Path) -> Browser {
        // Another test that failed is no reason not to start.
        let only = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new("sh");
        command
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program);
        // Without its sandbox, which root may not have and containers do not allow: the page is ours.
        command.args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ]);
        command.args(["--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe"]);
        command.arg(format!("--user-data-dir={}", profile.display())).arg("about:blank");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (to, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (told, from) = channel();
        thread::spawn(move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the protocol is JSON");
                if told.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser =
            Browser { _only: only, child, to, from, session: None, calls: 0, events: Vec::new() };
        let created = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let page = json!({"targetId": created["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", page);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Calls a method of the protocol and gives its result.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let message = self.next(method);
            if message["id"] == self.calls {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next("loading");
            self.events.push(event);
        }
    }

    /// The value of an expression, in the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let found = self.call("Runtime.evaluate", params);
        assert!(found.get("exceptionDetails").is_none(), "{expression}: {found}");
        found["result"]["value"].clone()
    }

    /// What was written to the console or would have been since the page was opened: its own words,
    /// exceptions, and what the browser complains of.
    pub(crate) fn console(&mut self) -> Vec<Value> {
        // A question and its answer: what the page did before has been told by then.
        self.eval("0");
        let spoken = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"];
        let spoke = |event: &&Value| spoken.iter().any(|method| event["method"] == *method);
        self.events.iter().filter(spoke).cloned().collect()
    }

    /// What was loaded since the page was opened.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent =
            self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_owned()).collect()
    }

    /// What the page looks like, as PNG.
    pub(crate) fn screenshot(&mut self) -> Vec<u8> {
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"}));
        base64(shot["data"].as_str().unwrap())
    }

    fn next(&mut self, what: &str) -> Value {
        self.from.recv_timeout(LIMIT).unwrap_or_else(|error| panic!("{what}: no answer: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closing the pipe ends it as well; this is sooner.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The bytes of a text in base 64.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for digit in text.bytes().take_while(|digit| *digit != b'=') {
        let value = DIGITS.iter().position(|known| *known == digit).expect("a digit of base 64");
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
