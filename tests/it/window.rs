//! The real window on a screen of its own: Xvfb, Mesa's software Vulkan, clicks and keys from outside.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use agora::scenario::load::{Overrides, load};
use agora::scenario::run::progress::Run;

/// Ticks the city lives in the window.
const TICKS: u32 = 200;

/// The hour the window's title shows then.
const THEN: &str = "Day 0 03:20";

/// Longest wait for anything the window should do. It takes seconds; a machine that does much else at the time may take long.
const PATIENCE: Duration = Duration::from_mins(5);

/// Kills what it holds when a test ends, however it ends.
struct Guard(Child);

/// The window, and what it has to say.
struct Shown {
    process: std::cell::RefCell<Guard>,
    display: String,
    said: std::path::PathBuf,
}

impl Shown {
    /// Waits until something holds; if it does not, or the window ends before, says what it said.
    fn wait(&self, what: &str, holds: impl Fn() -> bool) {
        let began = agora::desktop::wall::now();
        while !holds() {
            let ended = self.process.borrow_mut().0.try_wait().unwrap();
            if ended.is_some() && !holds() || began.elapsed() >= PATIENCE {
                let said = std::fs::read_to_string(&self.said).unwrap_or_default();
                let state = ended.map_or_else(|| "is open".to_owned(), |e| format!("ended: {e}"));
                let title = self.title();
                panic!(
                    "{what} did not happen; the window {state}, titled {title:?}, and said: {said}"
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn id(&self) -> Option<String> {
        let ids = xdotool(&self.display, &["search", "--name", "^Agora"]);
        ids.lines().next().map(str::to_owned)
    }

    fn title(&self) -> String {
        self.id().map_or_else(String::new, |id| {
            xdotool(&self.display, &["getwindowname", &id])
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _dead = self.0.kill().is_ok() && self.0.wait().is_ok();
    }
}

fn has(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|paths| std::env::split_paths(&paths).any(|dir| dir.join(program).is_file()))
}

/// Starts a screen; says why there is none.
fn screen() -> Result<(Guard, String), String> {
    for program in ["Xvfb", "xdotool"] {
        if !has(program) {
            return Err(format!("{program} is not installed"));
        }
    }
    let drivers = Path::new("/usr/share/vulkan/icd.d");
    let has_driver = drivers.read_dir().is_ok_and(|mut d| d.next().is_some());
    if !has_driver {
        return Err("no Vulkan driver is installed".to_owned());
    }
    let mut child = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x720x24",
            "-nolisten",
            "tcp",
            // Or the screen begins anew, and ends whoever is about to connect, each time the only one who looks at it leaves: that
            // is who asks for the title before there is a window.
            "-noreset",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("Xvfb: {e}"))?;
    let mut number = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut number).map_err(|e| e.to_string())?;
    let guard = Guard(child);
    let number = number.trim();
    if number.is_empty() {
        return Err("Xvfb gave no display".to_owned());
    }
    // Kept open as long as the screen: Xvfb must not find its pipe closed.
    std::mem::forget(out);
    Ok((guard, format!(":{number}")))
}

fn xdotool(display: &str, args: &[&str]) -> String {
    let done = Command::new("xdotool")
        .env("DISPLAY", display)
        .args(args)
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

#[test]
fn the_window_opens_lives_is_clicked_and_ends_with_the_hash_of_a_run_without_it() {
    let (_screen, display) = match screen() {
        Ok(screen) => screen,
        Err(why) => {
            eprintln!("skipped: {why}");
            return;
        }
    };
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let said = dir.path().join("said.txt");
    let process = Command::new(env!("CARGO_BIN_EXE_agora"))
        .args(["desktop", "quickstart", "--fresh", "--speed", "max"])
        .args(["--until", &TICKS.to_string(), "--out"])
        .arg(&out)
        .current_dir(dir.path())
        .env("DISPLAY", &display)
        .env_remove("WAYLAND_DISPLAY")
        // Not a pipe, which would stop the window once it is full.
        .stderr(std::fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let window = Shown {
        process: std::cell::RefCell::new(Guard(process)),
        display: display.clone(),
        said,
    };
    window.wait("the last tick", || window.title().contains(THEN));
    let id = window.id().unwrap();
    let id = id.as_str();
    xdotool(&display, &["windowfocus", "--sync", id]);
    // Somebody or something in the middle of the city; then keys; then a picture.
    xdotool(&display, &["mousemove", "300", "330", "click", "1"]);
    xdotool(&display, &["key", "o"]);
    xdotool(
        &display,
        &["mousemove", "320", "300", "click", "--repeat", "3", "4"],
    );
    std::thread::sleep(Duration::from_millis(500));
    xdotool(&display, &["key", "F12"]);
    let picture = out.join("screenshot.png");
    window.wait("the picture", || {
        picture.metadata().is_ok_and(|m| m.len() > 10_000)
    });
    std::thread::sleep(Duration::from_millis(300));
    // As a hand does it: a key that is let go in the same frame as Ctrl would be a plain q.
    for step in [["keydown", "ctrl"], ["key", "q"], ["keyup", "ctrl"]] {
        xdotool(&display, &step);
        std::thread::sleep(Duration::from_millis(300));
    }
    window.wait("the end", || out.join("run.json").is_file());
    assert!(window.process.borrow_mut().0.wait().unwrap().success());

    let summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    assert_eq!(summary["ticks"], TICKS);
    let mut run = Run::begin(&load("quickstart", &Overrides::default()).unwrap(), 1, None).unwrap();
    for _ in 0..TICKS {
        run.step().unwrap();
    }
    assert_eq!(
        summary["final_state_hash"],
        format!("{:016x}", run.chained),
        "the window changed the city"
    );
    let colors = crate::pixels::colors(&std::fs::read(&picture).unwrap());
    assert!(colors > 500, "the picture shows only {colors} colors");
}

#[test]
fn without_a_screen_the_window_says_so() {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: other systems have no DISPLAY");
        return;
    }
    let done = Command::new(env!("CARGO_BIN_EXE_agora"))
        .args(["desktop", "quickstart", "--fresh", "--keep-nothing"])
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("DISPLAY is not set"), "{said}");
}
