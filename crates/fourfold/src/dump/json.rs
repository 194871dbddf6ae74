//! A dump as JSON.

use std::fmt::{self, Write};

use fourfold_kernel::trace::Quoted;

use super::{Dump, DumpedTask};

impl Dump {
    /// The dump as one JSON object:
    ///
    /// ```json
    /// {"pid": 4242, "observed": true, "note": null,
    ///  "tasks": [
    ///    {"id": 7, "dialect": "asyncio", "name": "fetch", "state": "waiting", "reason": "join",
    ///     "since_ns": 1200000, "since_at_least": false,
    ///     "spawned_at": {"file": "src/main.rs", "line": 12, "column": 9}, "spawned_by": 1,
    ///     "awaits": 9, "awaited_by": [], "cancel_requested": false, "deadlock": true}],
    ///  "deadlocks": [[7, 9]]}
    /// ```
    ///
    /// What is not known is `null`. Further fields may come.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text).expect("a string takes everything");
        text
    }

    fn write_json(&self, out: &mut String) -> fmt::Result {
        write!(out, "{{\"pid\":{},\"observed\":{}", std::process::id(), self.observed)?;
        match self.note() {
            Some(note) => write!(out, ",\"note\":{}", Quoted(&note))?,
            None => out.write_str(",\"note\":null")?,
        }
        out.write_str(",\"tasks\":[")?;
        for (nth, task) in self.tasks.iter().enumerate() {
            out.write_str(if nth == 0 { "\n" } else { ",\n" })?;
            write_task(out, task)?;
        }
        out.write_str("\n],\"deadlocks\":[")?;
        for (nth, ring) in self.deadlocks.iter().enumerate() {
            write!(out, "{}{ring:?}", if nth == 0 { "" } else { "," })?;
        }
        out.write_str("]}\n")
    }
}

fn write_task(out: &mut String, task: &DumpedTask) -> fmt::Result {
    write!(out, "{{\"id\":{},\"dialect\":\"{}\",\"name\":", task.id, task.dialect)?;
    write_text(out, task.name.as_deref())?;
    write!(out, ",\"state\":\"{}\",\"reason\":", task.state)?;
    write_text(out, task.reason)?;
    let (since, at_least) = (task.since.as_nanos(), task.since_at_least);
    write!(out, ",\"since_ns\":{since},\"since_at_least\":{at_least},\"spawned_at\":")?;
    match task.spawned_at {
        Some(at) => {
            let (file, line, column) = (Quoted(at.file()), at.line(), at.column());
            write!(out, "{{\"file\":{file},\"line\":{line},\"column\":{column}}}")?;
        }
        None => out.write_str("null")?,
    }
    out.write_str(",\"spawned_by\":")?;
    write_number(out, task.spawned_by)?;
    out.write_str(",\"awaits\":")?;
    write_number(out, task.awaits)?;
    write!(
        out,
        ",\"awaited_by\":{:?},\"cancel_requested\":{},\"deadlock\":{}}}",
        task.awaited_by, task.cancel_requested, task.deadlocked
    )
}

fn write_text(out: &mut String, text: Option<&str>) -> fmt::Result {
    match text {
        Some(text) => write!(out, "{}", Quoted(text)),
        None => out.write_str("null"),
    }
}

fn write_number(out: &mut String, number: Option<u64>) -> fmt::Result {
    match number {
        Some(number) => write!(out, "{number}"),
        None => out.write_str("null"),
    }
}
