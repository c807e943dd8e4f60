//! An evaluation as one HTML file in the style of the run report: charts are drawn as SVG, and nothing needs a script.

use std::fmt::Write as _;

use super::metrics::{Metric, Spread};
use super::svg::{Axes, Series, escape, lines, scatter, short, whiskers};
use super::table::{Evaluation, ModelResult};

const STYLE: &str = include_str!("../../../assets/report/report.css");

/// Models whose learning curves are drawn in one chart.
const CURVES: usize = 8;

/// Renders the page.
#[must_use]
pub fn render(e: &Evaluation) -> String {
    let d = &e.data;
    let s = &e.split;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{0} · models · Agora</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header class=\"page\">\n\
         <p class=\"product\">Agora model evaluation</p>\n<h1>{0}</h1>\n<p class=\"lead\">{1}.</p>\n<ul class=\"chips\">",
        escape(&d.source),
        escape(&sentence(&s.sentence)),
    );
    for chip in [
        format!("{} rows", d.rows),
        format!("{} people", d.users),
        format!("{} items", d.items),
        format!("{} part", s.part),
        format!("{} judged on, {} left out", s.people, s.left_out),
        format!("seed {}", s.seed),
        format!("agora {}", e.agora_version),
    ] {
        let _infallible = write!(page, "<li>{}</li>", escape(&chip));
    }
    page.push_str("</ul>\n</header>\n<main>\n");
    let judged: Vec<&ModelResult> = e.models.iter().filter(|m| m.error.is_none()).collect();
    accuracy(e, &judged, &mut page);
    spread(e, &judged, &mut page);
    differences(e, &mut page);
    learning(&judged, &mut page);
    calibration(&judged, &mut page);
    everything(e, &judged, &mut page);
    reproduce(e, &mut page);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Makes a phrase a sentence's beginning.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

fn section(title: &str, cards: &str, page: &mut String) {
    if !cards.is_empty() {
        let _infallible = writeln!(
            page,
            "<section><h2>{}</h2><div class=\"cards\">{cards}</div></section>",
            escape(title)
        );
    }
}

fn card(title: &str, how: &str, content: &str, class: &str) -> String {
    format!(
        "<div class=\"card{class}\"><h3>{}</h3><p class=\"how\">{}</p>{content}</div>",
        escape(title),
        escape(how)
    )
}

fn accuracy(e: &Evaluation, judged: &[&ModelResult], page: &mut String) {
    let k = e.main_k;
    let mut cards = String::new();
    for metric in [Metric::Ndcg, Metric::Recall] {
        let name = format!("{}@{k}", metric.word());
        let rows: Vec<_> = judged
            .iter()
            .filter_map(|m| m.metrics.get(&name).map(|i| (m.model.as_str(), *i)))
            .collect();
        let how = format!(
            "{}; bars are means over people, lines 95 % intervals from {} resamples of people",
            sentence(metric.help()),
            e.resamples
        );
        cards.push_str(&card(&name, &how, &whiskers(&rows, &name), ""));
    }
    if e.ks.len() > 1 {
        let series: Vec<Series> = judged
            .iter()
            .map(|m| Series {
                name: m.model.clone(),
                points: e
                    .ks
                    .iter()
                    .filter_map(|k| {
                        let i = m.metrics.get(&format!("recall@{k}"))?;
                        Some((*k as f64, i.estimate))
                    })
                    .collect(),
            })
            .collect();
        let axes = Axes {
            x: "length of the list (k)",
            y: "recall@k",
        };
        let how = "How much is found as lists get longer";
        cards.push_str(&card(
            "Recall by list length",
            how,
            &lines(&series, axes),
            "",
        ));
    }
    section("Accuracy", &cards, page);
}

fn spread(e: &Evaluation, judged: &[&ModelResult], page: &mut String) {
    let name = format!("novelty@{}", e.main_k);
    let points: Vec<(&str, f64, f64)> = judged
        .iter()
        .filter_map(|m| {
            let s = m.spreads.iter().find(|s| s.k == e.main_k)?;
            Some((m.model.as_str(), m.metrics.get(&name)?.estimate, s.coverage))
        })
        .collect();
    let axes = Axes {
        x: "novelty, bits",
        y: "coverage of the catalogue",
    };
    let how =
        "To the right, lists hold rarer items; above, more of the catalogue is in somebody's list";
    let chart = card("Coverage and novelty", how, &scatter(&points, axes), "");
    section("Beyond accuracy", &chart, page);
}

fn differences(e: &Evaluation, page: &mut String) {
    if e.against_best.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = e
        .against_best
        .iter()
        .map(|c| {
            let d = &c.difference.difference;
            vec![
                format!("{} − {}", c.model, c.against),
                c.metric.clone(),
                format!("{:+.4}", d.estimate),
                format!("{:+.4} to {:+.4}", d.low, d.high),
                format!("{:.3}", c.difference.p),
                format!("{:.3}", c.p_holm),
            ]
        })
        .collect();
    let head = [
        "models",
        "metric",
        "difference",
        "95 % interval",
        "p",
        "p (Holm)",
    ];
    let how = "Paired by person: the same resamples of people for both. A difference whose interval holds 0 may be noise";
    let content = table(&head.map(str::to_owned), &rows);
    section(
        "Against the best",
        &card("Differences", how, &content, " wide"),
        page,
    );
}

fn learning(judged: &[&ModelResult], page: &mut String) {
    let mut cards = String::new();
    let trained: Vec<&&ModelResult> = judged.iter().filter(|m| m.curve.len() > 1).collect();
    for m in &trained {
        let series = Series {
            name: m.model.clone(),
            points: m
                .curve
                .iter()
                .map(|p| (f64::from(p.epoch), p.loss))
                .collect(),
        };
        let axes = Axes {
            x: "passes",
            y: "training loss",
        };
        let how =
            "Mean training loss of every pass; losses of different models are on different scales";
        cards.push_str(&card(&m.model, how, &lines(&[series], axes), ""));
    }
    let held: Vec<Series> = trained
        .iter()
        .map(|m| Series {
            name: m.model.clone(),
            points: m
                .curve
                .iter()
                .filter_map(|p| p.held_out.map(|h| (f64::from(p.epoch), h)))
                .collect(),
        })
        .filter(|s| s.points.len() > 1)
        .collect();
    for some in held.chunks(CURVES) {
        let axes = Axes {
            x: "passes",
            y: "metric on what the fit held out",
        };
        let how = "What each fit measured on rows it held out for itself, higher is better";
        cards.push_str(&card(
            "Held out while learning",
            how,
            &lines(some, axes),
            "",
        ));
    }
    section("Learning curves", &cards, page);
}

fn calibration(judged: &[&ModelResult], page: &mut String) {
    let mut series: Vec<Series> = judged
        .iter()
        .filter(|m| !m.calibration.is_empty())
        .map(|m| Series {
            name: m.model.clone(),
            points: m
                .calibration
                .iter()
                .map(|b| (b.predicted, b.observed))
                .collect(),
        })
        .collect();
    if series.is_empty() {
        return;
    }
    let all = series.iter().flat_map(|s| &s.points);
    let most = all.map(|p| p.0.max(p.1)).fold(0.0, f64::max);
    series.push(Series {
        name: "perfect".to_owned(),
        points: vec![(0.0, 0.0), (most, most)],
    });
    let axes = Axes {
        x: "predicted probability",
        y: "share that came true",
    };
    let how = "Predictions of about the same probability against what came of them";
    section(
        "Calibration",
        &card("Calibration", how, &lines(&series, axes), ""),
        page,
    );
}

fn everything(e: &Evaluation, judged: &[&ModelResult], page: &mut String) {
    let mut cards = String::new();
    for k in &e.ks {
        let metrics: Vec<Metric> = Metric::ALL
            .into_iter()
            .filter(|m| {
                judged
                    .iter()
                    .any(|j| j.metrics.contains_key(&format!("{}@{k}", m.word())))
            })
            .collect();
        let mut head = vec!["model".to_owned()];
        head.extend(metrics.iter().map(|m| m.word().replace('_', " ")));
        head.extend(["coverage", "exposure Gini"].map(str::to_owned));
        let rows: Vec<Vec<String>> = judged
            .iter()
            .map(|m| {
                let mut row = vec![m.model.clone()];
                for metric in &metrics {
                    let of = m.metrics.get(&format!("{}@{k}", metric.word()));
                    row.push(of.map_or_else(|| "–".to_owned(), |i| short(i.estimate)));
                }
                let s = m.spreads.iter().find(|s| s.k == *k);
                for f in [|s: &Spread| s.coverage, |s: &Spread| s.exposure_gini] {
                    row.push(s.map_or_else(|| "–".to_owned(), |s| short(f(s))));
                }
                row
            })
            .collect();
        let how = "Means over people; evaluation.json has the intervals";
        cards.push_str(&card(
            &format!("Lists of {k}"),
            how,
            &table(&head, &rows),
            " wide",
        ));
    }
    let head = [
        "model",
        "what it is",
        "settings",
        "parameters",
        "fit, s",
        "ranking, s",
    ];
    let rows: Vec<Vec<String>> = e
        .models
        .iter()
        .map(|m| {
            let settings: Vec<String> = m
                .settings
                .iter()
                .map(|(k, v)| format!("{k} = {v}"))
                .collect();
            let what = m.error.as_ref().map_or_else(
                || m.summary.clone(),
                |why| format!("{} (failed: {why})", m.summary),
            );
            vec![
                m.model.clone(),
                what,
                if settings.is_empty() {
                    "as they come".to_owned()
                } else {
                    settings.join(", ")
                },
                m.n_parameters.to_string(),
                short(m.fit_seconds),
                short(m.rank_seconds),
            ]
        })
        .collect();
    let how = "Seconds depend on the machine and on what else it did";
    cards.push_str(&card(
        "Models",
        how,
        &table(&head.map(str::to_owned), &rows),
        " wide",
    ));
    let rows: Vec<Vec<String>> = Metric::ALL
        .iter()
        .map(|m| vec![m.word().replace('_', " "), m.help().to_owned()])
        .collect();
    let head = ["metric", "what it is"].map(str::to_owned);
    cards.push_str(&card(
        "What the metrics are",
        "",
        &table(&head, &rows),
        " wide",
    ));
    section("All numbers", &cards, page);
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let is_number = |text: &str| {
        let first = text.chars().next();
        first.is_some_and(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '–'))
    };
    let mut out = String::from("<table><thead><tr>");
    for (at, name) in head.iter().enumerate() {
        let numbers = rows
            .first()
            .and_then(|r| r.get(at))
            .is_some_and(|c| is_number(c));
        let class = if numbers { " class=\"number\"" } else { "" };
        let _infallible = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(name));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for (name, cell) in head.iter().zip(row) {
            let class = if is_number(cell) {
                " class=\"number\""
            } else {
                ""
            };
            let _infallible = write!(
                out,
                "<td{class} data-label=\"{}\"><span class=\"said\">{}</span></td>",
                escape(name),
                escape(cell)
            );
        }
        out.push_str("</tr>");
    }
    out + "</tbody></table>"
}

fn reproduce(e: &Evaluation, page: &mut String) {
    let d = &e.data;
    let mut notes = vec![
        format!(
            "The data as models saw them have the checksum {}.",
            d.checksum
        ),
        format!("Consent: {}.", d.consent),
    ];
    notes.extend(d.notes.iter().map(|n| format!("{}.", sentence(n))));
    let mut content = format!("<pre>{}</pre><ul class=\"notes\">", escape(&e.command));
    for note in notes {
        let _infallible = write!(content, "<li>{}</li>", escape(&note));
    }
    content.push_str("</ul>");
    let how = "The same data, settings and seed give the same numbers, to the bit, on any number of threads";
    section(
        "How to reproduce",
        &card("Command", how, &content, " wide"),
        page,
    );
}

#[cfg(test)]
mod tests {
    use super::super::table::CalibrationBin;
    use super::super::table::tests::example;
    use super::*;

    #[test]
    fn the_page_has_every_section_and_refers_to_nothing_outside_itself() {
        let mut e = example();
        e.ks = vec![5, 10];
        e.models[0].calibration = vec![CalibrationBin {
            predicted: 0.1,
            observed: 0.2,
            n: 9,
        }];
        let page = render(&e);
        for heading in [
            "Accuracy",
            "Beyond accuracy",
            "Against the best",
            "Learning curves",
            "Calibration",
            "All numbers",
            "How to reproduce",
        ] {
            assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
        }
        for reach in [
            "http:", "https:", "src=", "<link", "url(", "<script", "@import",
        ] {
            assert!(!page.contains(reach), "{reach}");
        }
        assert!(page.contains("a model &lt;of tests&gt;"), "text is escaped");
        assert!(page.contains("failed: training data has 0 pairs"));
        assert_eq!(page, render(&e));
    }

    #[test]
    fn a_page_without_curves_and_probabilities_leaves_their_sections_out() {
        let mut e = example();
        for m in &mut e.models {
            m.curve.clear();
        }
        let page = render(&e);
        assert!(!page.contains("Learning curves") && !page.contains("Calibration"));
    }
}
