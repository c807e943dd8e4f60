//! The rules of the house: who may import whom, how long a file may be, what may not be said.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the order in which they may be imported: each sees only those before it.
const ORDER: [&str; 9] = [
    "sim", "events", "society", "economy", "platform", "lab", "scenario", "desktop", "cli",
];

/// What of society is public, and therefore all of it that the platform may import.
const PUBLIC_SOCIETY: [&str; 9] = [
    "society::avatars::profile",
    "society::content::catalogue",
    "society::content::creative",
    "society::content::item",
    "society::spaces::field",
    "society::spaces::map",
    "society::spaces::space",
    "society::ties::communities",
    "society::ties::graph",
];

/// Longest file under `src/`, in lines.
const LONGEST_FILE: usize = 600;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    walk(&root.join("src"), &mut all);
    assert!(all.len() > 20, "sources were not found");
    all.into_iter()
        .map(|(p, t)| (p.strip_prefix(root).unwrap().to_path_buf(), t))
        .collect()
}

/// The part of a file before its tests: tests may look behind the wall to check what is in front of it.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// Every `crate::…` path that a text mentions outside comments, with grouped imports opened one level.
fn crate_paths(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(rest.len());
        let head = &rest[..end];
        if let Some(prefix) = head.strip_suffix("::")
            && rest[end..].starts_with('{')
        {
            let inner = rest[end + 1..].split('}').next().unwrap_or("");
            for name in inner.split(',') {
                paths.push(format!("{prefix}::{}", name.trim()));
            }
            continue;
        }
        paths.push(head.to_owned());
    }
    paths
}

fn complaints(path: &Path, text: &str) -> Vec<String> {
    let mut parts = path
        .components()
        .skip(1)
        .map(|c| c.as_os_str().to_string_lossy().into_owned());
    let Some(module) = parts.next() else {
        return Vec::new();
    };
    let Some(rank) = ORDER.iter().position(|m| *m == module) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for used in crate_paths(without_tests(text)) {
        let target = used.split("::").next().unwrap_or("");
        if let Some(target_rank) = ORDER.iter().position(|m| *m == target)
            && target_rank > rank
        {
            found.push(format!(
                "{}: {module} imports {target} ({used})",
                path.display()
            ));
        }
        let is_public = PUBLIC_SOCIETY.iter().any(|p| used.starts_with(p));
        if module == "platform" && target == "society" && !is_public {
            found.push(format!(
                "{}: platform imports the truth ({used})",
                path.display()
            ));
        }
    }
    found
}

#[test]
fn modules_import_only_what_lies_above_them_and_the_wall_holds() {
    let found: Vec<String> = sources()
        .iter()
        .flat_map(|(p, t)| complaints(p, t))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_import_rule_sees_what_it_forbids() {
    let platform = Path::new("src/platform/models/x.rs");
    assert_eq!(
        complaints(platform, "use crate::society::avatars::avatar::Avatar;").len(),
        1
    );
    assert_eq!(
        complaints(platform, "use crate::society::avatars::{avatar, profile};").len(),
        1
    );
    assert_eq!(
        complaints(platform, "use crate::lab::metrics::Headline;").len(),
        1
    );
    assert!(complaints(platform, "use crate::society::avatars::profile::Profiles;").is_empty());
    assert_eq!(
        complaints(
            Path::new("src/society/x.rs"),
            "use crate::platform::ads::Bid;"
        )
        .len(),
        1
    );
}

#[test]
fn no_source_file_is_longer_than_the_limit() {
    for (path, text) in sources() {
        let n = text.lines().count();
        assert!(
            n <= LONGEST_FILE,
            "{} has {n} lines, {LONGEST_FILE} are allowed",
            path.display()
        );
    }
}

#[test]
fn nobody_ignores_a_test_or_allows_a_lint() {
    for (path, text) in sources() {
        for word in [
            "#[ignore",
            "#[allow(",
            "todo!(",
            "unimplemented!(",
            "should_panic",
        ] {
            assert!(!text.contains(word), "{} contains {word}", path.display());
        }
    }
}

#[test]
fn headless_pulls_in_no_window_and_no_gpu() {
    let cargo = std::env::var("CARGO").expect("cargo runs the tests");
    let tree = std::process::Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(
        tree.lines().any(|l| l.starts_with("bevy_ecs ")),
        "the tree was not read"
    );
    for package in ["wgpu", "winit", "egui", "bevy_render"] {
        let found = tree.lines().find(|l| l.split(' ').next() == Some(package));
        assert_eq!(found, None, "{package} is in the headless tree");
    }
}

#[test]
fn phase_table_in_the_documents_is_the_schedule() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let table = text
        .split("| phase |")
        .nth(1)
        .expect("ARCHITECTURE.md has a phase table");
    let documented: Vec<String> = table
        .lines()
        .skip(2)
        .take_while(|l| l.starts_with('|'))
        .map(|l| l.split('|').nth(1).unwrap_or("").trim().to_owned())
        .collect();
    let scheduled: Vec<String> = agora::sim::schedule::SimSystems::ORDER
        .iter()
        .map(|s| format!("{s:?}"))
        .collect();
    assert_eq!(documented, scheduled);
}
