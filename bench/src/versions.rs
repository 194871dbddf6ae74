//! Versions of the peers, read from the lock file they were built from.

/// "tokio 1.2.3, …" for each of `crates`.
pub(crate) fn locked(crates: &[&str]) -> String {
    let versions: Vec<String> = crates
        .iter()
        .map(|name| format!("{name} {}", find(name).expect("a dependency is in Cargo.lock")))
        .collect();
    versions.join(", ")
}

fn find(name: &str) -> Option<&'static str> {
    let lock = include_str!("../Cargo.lock");
    let mut lines = lock.lines();
    lines.find(|line| line.strip_prefix("name = ").is_some_and(|n| n.trim_matches('"') == name))?;
    Some(lines.next()?.strip_prefix("version = ")?.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_found_and_another_is_not() {
        assert!(locked(&["tokio"]).starts_with("tokio 1."));
        assert_eq!(find("no-such-crate"), None);
    }
}
