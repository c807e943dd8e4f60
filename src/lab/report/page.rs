//! Puts the rows, the style, our script and the chart library into one page.

use super::data::ReportData;

const TEMPLATE: &str = include_str!("../../../assets/report/template.html");
const STYLE: &str = include_str!("../../../assets/report/report.css");
const KIT: &str = include_str!("../../../assets/report/kit.js");
const SCRIPT: &str = include_str!("../../../assets/report/report.js");
const CHARTS: &str = include_str!("../../../assets/report/echarts.min.js");

/// Writes a report as the JSON that [`render`] puts into its page and `report.json` holds.
#[must_use]
pub fn to_json(data: &ReportData) -> String {
    serde_json::to_string(data).expect("rows have string keys only, so they are JSON")
}

/// Renders a report: one HTML file that refers to nothing outside itself.
#[must_use]
pub fn render(data: &ReportData) -> String {
    render_json(data, &to_json(data))
}

/// Renders a report from `json`, of which `data` was read: numbers stand in the page exactly as they stand in the file.
#[must_use]
pub fn render_json(data: &ReportData, json: &str) -> String {
    let title = format!("{} · seed {}", data.summary.scenario, data.summary.seed);
    fill(TEMPLATE, |slot| match slot {
        "title" => escape_text(&title),
        "seed" => data.summary.seed.to_string(),
        "style" => STYLE.to_owned(),
        "data" => escape_json(json),
        "charts" => CHARTS.to_owned(),
        "kit" => KIT.to_owned(),
        "script" => SCRIPT.to_owned(),
        other => unreachable!("the template has no slot {other}"),
    })
}

/// Fills the `{{slots}}` of a template in one pass, so that what is filled in is never read as a slot.
fn fill(template: &str, content: impl Fn(&str) -> String) -> String {
    let mut page = String::with_capacity(template.len() + CHARTS.len() + SCRIPT.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (slot, after) = after.split_once("}}").expect("every slot is closed");
        page.push_str(before);
        page.push_str(&content(slot));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Escapes JSON for a script element: no text in it can close the element or open a comment.
fn escape_json(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    const OURS: [(&str, &str); 4] = [
        ("template.html", TEMPLATE),
        ("report.css", STYLE),
        ("kit.js", KIT),
        ("report.js", SCRIPT),
    ];

    fn data_of(page: &str) -> &str {
        page.split_once("type=\"application/json\">")
            .unwrap()
            .1
            .split_once("</script>")
            .unwrap()
            .0
    }

    #[test]
    fn page_has_every_section() {
        let page = render(&example::full(60));
        for heading in [
            "Headline",
            "Retention",
            "Engagement",
            "Attention",
            "Recommendations",
            "Drift",
            "Popularity and sessions",
            "Coins",
            "Land",
            "Ads and pushes",
            "Bonuses and reach",
            "Wellbeing",
            "Realism scorecard",
            "How to reproduce",
        ] {
            assert!(page.contains(&format!(">{heading}</h2>")), "{heading}");
        }
    }

    #[test]
    fn page_refers_to_nothing_outside_itself() {
        for (name, text) in OURS {
            for reach in [
                "http:", "https:", "//cdn", "@import", "src=", "<link", "url(",
            ] {
                assert!(!text.contains(reach), "{name} contains {reach}");
            }
            assert!(name == "template.html" || !text.contains("</"), "{name}");
        }
        assert!(
            TEMPLATE.contains("default-src 'none'"),
            "nothing may be loaded"
        );
        assert!(
            !CHARTS.contains("</script"),
            "the library closes our element"
        );
    }

    #[test]
    fn page_still_has_the_data_and_text_cannot_leave_it() {
        let mut data = example::full(5);
        data.description = "</script><script>alert(1)</script><!-- {{script}}".to_owned();
        data.summary.scenario = "<b>&".to_owned();
        let page = render(&data);
        let json = data_of(&page);
        assert!(!json.contains('<'));
        assert!(json.contains("{{script}}"));
        assert!(page.contains("<title>&lt;b&gt;&amp; · seed 7 · Agora</title>"));
        let back: ReportData = serde_json::from_str(json).unwrap();
        assert_eq!(back.description, data.description);
        assert_eq!(back.summary, data.summary);
        assert_eq!(back.item_counts, data.item_counts);
    }

    #[test]
    fn page_of_a_run_that_observed_nothing_is_whole() {
        let page = render(&example::empty());
        assert!(page.trim_end().ends_with("</html>"));
        let back: ReportData = serde_json::from_str(data_of(&page)).unwrap();
        assert_eq!(back, example::empty());
    }

    #[test]
    fn file_from_before_cards_calibration_and_drift_is_still_read() {
        let mut old = serde_json::to_value(example::full(3)).unwrap();
        for field in ["cards", "calibration", "drift", "ads"] {
            assert!(old.as_object_mut().unwrap().remove(field).is_some());
        }
        let back: ReportData = serde_json::from_value(old).unwrap();
        assert!(back.cards.is_empty() && back.calibration.is_empty());
        assert!(back.drift.alarms.is_empty() && back.drift.shift_day.is_none());
    }

    #[test]
    fn seed_of_64_bits_is_shown_in_full() {
        let mut data = example::empty();
        data.summary.seed = u64::MAX;
        let page = render(&data);
        assert!(page.contains("<body data-seed=\"18446744073709551615\">"));
        let script = page.rsplit_once("<script>").unwrap().1;
        assert!(
            !script.contains("summary.seed"),
            "the script rounds the seed"
        );
    }

    #[test]
    fn number_that_is_not_finite_becomes_null() {
        let mut data = example::full(2);
        data.days[0].minutes = f64::NAN;
        let page = render(&data);
        assert!(data_of(&page).contains("\"minutes\":null"));
    }

    #[test]
    fn same_data_gives_the_same_page() {
        assert_eq!(render(&example::full(9)), render(&example::full(9)));
    }
}
