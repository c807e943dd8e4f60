//! Puts a packed reel, the style and the scripts into one page that refers to nothing outside itself.

use super::pack::pack;
use super::reel::Reel;

const TEMPLATE: &str = include_str!("../../../../assets/replay/template.html");
const STYLE: &str = include_str!("../../../../assets/replay/page.css");
const SCRIPTS: [(&str, &str); 7] = [
    ("reel", include_str!("../../../../assets/replay/reel.js")),
    (
        "ground",
        include_str!("../../../../assets/replay/ground.js"),
    ),
    ("city", include_str!("../../../../assets/replay/city.js")),
    (
        "charts",
        include_str!("../../../../assets/replay/charts.js"),
    ),
    (
        "timeline",
        include_str!("../../../../assets/replay/timeline.js"),
    ),
    ("tour", include_str!("../../../../assets/replay/tour.js")),
    (
        "player",
        include_str!("../../../../assets/replay/player.js"),
    ),
];

/// Renders a reel as one HTML file.
#[must_use]
pub fn render(reel: &Reel) -> String {
    let data = base64(&pack(reel));
    let mut page = String::with_capacity(data.len() + (1 << 17));
    let mut rest = TEMPLATE;
    // In one pass, so that what is filled in is never read as a slot.
    while let Some((before, after)) = rest.split_once("{{") {
        let (slot, after) = after.split_once("}}").expect("every slot is closed");
        page.push_str(before);
        match slot {
            "title" => page.push_str(&escape(&reel.title)),
            "style" => page.push_str(STYLE),
            "data" => page.push_str(&data),
            script => {
                let found = SCRIPTS.iter().find(|(name, _)| *name == script);
                page.push_str(found.expect("every slot of the template has a script").1);
            }
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes as text: three of them in four letters.
///
/// # Source
/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let mut word = [0u8; 4];
        word[1..=three.len()].copy_from_slice(three);
        let word = u32::from_be_bytes(word);
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= three.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::example::small;
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let coded = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        for (word, code) in words.into_iter().zip(coded) {
            assert_eq!(base64(word.as_bytes()), code);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn page_refers_to_nothing_outside_itself() {
        let ours = SCRIPTS
            .into_iter()
            .chain([("template", TEMPLATE), ("style", STYLE)]);
        for (name, text) in ours {
            for reach in [
                "https:", "//cdn", "@import", "src=", "<link", "fetch(", "XMLHttp", "import(",
            ] {
                assert!(!text.contains(reach), "{name} contains {reach}");
            }
            // A clip within the same drawing is the only thing that is referred to.
            assert_eq!(
                text.matches("url(").count(),
                text.matches("url(#").count(),
                "{name}"
            );
            let names =
                text.matches("http:").count() - text.matches("http://www.w3.org/2000/svg").count();
            assert_eq!(names, 0, "{name}");
            assert!(
                name == "template" || !text.contains("</"),
                "{name} closes our element"
            );
        }
        assert!(
            TEMPLATE.contains("default-src 'none'"),
            "nothing may be loaded"
        );
    }

    #[test]
    fn page_is_whole_and_titles_cannot_leave_their_place() {
        let mut reel = small();
        reel.title = "</title><script>alert(1)</script> {{data}}".to_owned();
        let page = render(&reel);
        assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;alert(1)"));
        assert!(page.trim_end().ends_with("</html>"));
        assert_eq!(
            page.matches("{{").count(),
            1,
            "the title keeps its braces, no slot is left"
        );
        let data = page
            .split_once("type=\"text/plain\">")
            .unwrap()
            .1
            .split_once('<')
            .unwrap()
            .0;
        assert_eq!(data, base64(&pack(&reel)));
    }

    #[test]
    fn script_and_writer_agree_on_the_layout() {
        use crate::society::avatars::avatar::Activity;
        let reel = SCRIPTS[0].1;
        let magic = std::str::from_utf8(super::super::pack::MAGIC).unwrap();
        assert!(reel.contains(&format!("const MAGIC = \"{magic}\"")));
        for (name, activity) in [
            ("IDLE", Activity::Idle),
            ("WAITING", Activity::Waiting),
            ("LOOKING", Activity::Consuming),
            ("WALKING", Activity::Traveling),
            ("TALKING", Activity::Talking),
            ("PLAYING", Activity::Playing),
            ("STUDYING", Activity::Studying),
        ] {
            assert!(
                reel.contains(&format!("{name}: {}", activity as u8)),
                "{name}"
            );
        }
    }
}
