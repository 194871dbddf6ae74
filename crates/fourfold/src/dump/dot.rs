//! A dump as a graph for Graphviz.

use std::fmt::{self, Write};

use super::{Dialect, Dump, DumpedTask};

impl Dump {
    /// The dump in DOT: a node for each task, coloured by dialect, and an edge from each task to the one it
    /// awaits; those of a deadlock are red. `dot -Tsvg` draws it.
    pub fn to_dot(&self) -> String {
        let mut text = String::new();
        self.write_dot(&mut text).expect("a string takes everything");
        text
    }

    fn write_dot(&self, out: &mut String) -> fmt::Result {
        out.write_str("digraph tasks {\n  rankdir=LR;\n")?;
        out.write_str("  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n")?;
        out.write_str("  edge [fontname=\"sans-serif\", fontsize=10];\n")?;
        for (dialect, tasks) in self.by_dialect() {
            writeln!(out, "  subgraph \"cluster_{dialect}\" {{\n    label=\"{dialect}\";")?;
            for task in tasks {
                self.write_node(out, task)?;
            }
            out.write_str("  }\n")?;
        }
        for task in &self.tasks {
            let Some(awaited) = task.awaits else { continue };
            if self.task(awaited).is_none() {
                // It has ended and woken the one that waits.
                writeln!(out, "  t{awaited} [label=\"#{awaited}\", fillcolor=\"white\"];")?;
            }
            let ring = self.deadlocks.iter().any(|ring| ring.contains(&task.id));
            let colour = if ring { ", color=\"red\", penwidth=2" } else { "" };
            let label = Escaped(task.reason.unwrap_or("awaits"));
            writeln!(out, "  t{} -> t{awaited} [label=\"{label}\"{colour}];", task.id)?;
        }
        out.write_str("}\n")
    }

    fn write_node(&self, out: &mut String, task: &DumpedTask) -> fmt::Result {
        let mut label = format!("#{}", task.id);
        if let Some(name) = &task.name {
            write!(label, " {name}")?;
        }
        write!(label, "\n{}", task.state)?;
        if let Some(reason) = task.reason {
            write!(label, ": {reason}")?;
        }
        if let Some(at) = task.spawned_at {
            write!(label, "\n{}:{}", at.file(), at.line())?;
        }
        let border = if task.deadlocked { ", color=\"red\", penwidth=2" } else { "" };
        let (id, label, colour) = (task.id, Escaped(&label), colour(task.dialect));
        writeln!(out, "    t{id} [label=\"{label}\", fillcolor=\"{colour}\"{border}];")
    }
}

fn colour(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Asyncio => "#ffe28a",
        Dialect::CSharp => "#d9c6f0",
        Dialect::Js => "#c9e7b5",
        Dialect::Go => "#b6e3f4",
        Dialect::Thread => "#dddddd",
        Dialect::Unknown => "#ffffff",
    }
}

/// Inside of a quoted string.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                character if character.is_control() => f.write_char(' ')?,
                character => f.write_char(character)?,
            }
        }
        Ok(())
    }
}
