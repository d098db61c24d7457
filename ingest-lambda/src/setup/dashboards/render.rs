//! The boards as saved objects of OpenSearch Dashboards and Kibana.
//!
//! Written as release 7.3 wrote them, and without a stamp of their version: both take such objects for old ones, and
//! bring them up to date on import.

use serde_json::{Value, json};

use super::boards::{BOARDS, Board, Bucket, Kind, Metric, Panel};

/// A dashboard's columns.
const COLUMNS: usize = 48;

/// Which documents the objects are about.
pub(super) struct Subject<'a> {
    /// Begins ids and titles.
    pub(super) index: &'a str,
    /// The indices.
    pub(super) pattern: &'a str,
    /// The documents' time.
    pub(super) time: &'a str,
}

/// Each object after those that it refers to.
pub(super) fn objects(subject: &Subject) -> Vec<Value> {
    let pattern = json!({
        "type": "index-pattern",
        "id": subject.pattern_id(),
        "attributes": { "title": subject.pattern, "timeFieldName": subject.time },
        "references": [],
    });
    let panels = BOARDS.iter().flat_map(|board| board.panels).map(|panel| subject.visualization(panel));
    let boards = BOARDS.iter().map(|board| subject.dashboard(board));
    std::iter::once(pattern).chain(panels).chain(boards).collect()
}

impl Subject<'_> {
    /// Ids follow from the index's name: an import replaces what an earlier one made, and nothing of another index's.
    fn pattern_id(&self) -> String {
        format!("{}-albatross-documents", self.index)
    }

    fn panel_id(&self, panel: &Panel) -> String {
        format!("{}-albatross-panel-{}", self.index, panel.name)
    }

    fn visualization(&self, panel: &Panel) -> Value {
        let title = format!("{}: {}", self.index, panel.title);
        let state = json!({
            "title": title,
            "type": type_of(panel.kind),
            "params": params(panel),
            "aggs": self.aggs(panel),
        });
        let search = json!({
            "query": { "query": panel.query, "language": "kuery" },
            "filter": [],
            "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
        });
        json!({
            "type": "visualization",
            "id": self.panel_id(panel),
            "attributes": {
                "title": title,
                "description": "",
                "visState": state.to_string(),
                "uiStateJSON": "{}",
                "version": 1,
                "kibanaSavedObjectMeta": { "searchSourceJSON": search.to_string() },
            },
            "references": [{
                "name": "kibanaSavedObjectMeta.searchSourceJSON.index",
                "type": "index-pattern",
                "id": self.pattern_id(),
            }],
        })
    }

    fn aggs(&self, panel: &Panel) -> Vec<Value> {
        let metrics = panel.metrics.iter().map(metric);
        let buckets = panel.buckets.iter().enumerate().map(|(place, bucket)| {
            let schema = match (panel.kind, place) {
                (Kind::Table, _) => "bucket",
                (Kind::Bars | Kind::Lines, 1) => "group",
                _ => "segment",
            };
            let (kind, params) = self.bucket(bucket, panel);
            (schema, kind, params)
        });
        let all = metrics.map(|(kind, params)| ("metric", kind, params)).chain(buckets).zip(1..);
        all.map(|((schema, kind, params), number)| {
            json!({ "id": number.to_string(), "enabled": true, "type": kind, "schema": schema, "params": params })
        })
        .collect()
    }

    fn bucket(&self, bucket: &Bucket, panel: &Panel) -> (&'static str, Value) {
        match bucket {
            Bucket::Time => (
                "date_histogram",
                json!({ "field": self.time, "interval": "auto", "drop_partials": false, "min_doc_count": 1,
                    "extended_bounds": {} }),
            ),
            Bucket::Terms(field, label, size) => (
                "terms",
                json!({ "field": field, "customLabel": label, "size": size, "order": "desc", "orderBy": order(panel),
                    "otherBucket": false, "otherBucketLabel": "Other",
                    "missingBucket": false, "missingBucketLabel": "Missing" }),
            ),
            Bucket::Classes(field) => {
                let ranges: Vec<Value> =
                    (1..6).map(|hundreds| json!({ "from": hundreds * 100, "to": (hundreds + 1) * 100 })).collect();
                ("range", json!({ "field": field, "ranges": ranges }))
            }
        }
    }

    fn dashboard(&self, board: &Board) -> Value {
        let (mut x, mut y, mut tallest) = (0, 0, 0);
        let panels: Vec<Value> = board
            .panels
            .iter()
            .enumerate()
            .map(|(place, panel)| {
                let (width, height) = size(panel.kind);
                if x + width > COLUMNS {
                    (x, y, tallest) = (0, y + tallest, 0);
                }
                let number = place.to_string();
                let grid = json!({ "x": x, "y": y, "w": width, "h": height, "i": number });
                (x, tallest) = (x + width, tallest.max(height));
                json!({ "version": "7.3.0", "gridData": grid, "panelIndex": number, "embeddableConfig": {},
                    "panelRefName": format!("panel_{place}") })
            })
            .collect();
        let references: Vec<Value> = board
            .panels
            .iter()
            .enumerate()
            .map(|(place, panel)| {
                json!({ "name": format!("panel_{place}"), "type": "visualization", "id": self.panel_id(panel) })
            })
            .collect();
        let search = json!({ "query": { "query": "", "language": "kuery" }, "filter": [] });
        json!({
            "type": "dashboard",
            "id": format!("{}-albatross-{}", self.index, board.name),
            "attributes": {
                "title": format!("{}: {}", self.index, board.title),
                "description": "Made by Albatross; the next set-up replaces it.",
                "hits": 0,
                "version": 1,
                "timeRestore": false,
                "panelsJSON": Value::from(panels).to_string(),
                "optionsJSON": json!({ "useMargins": true, "hidePanelTitles": false }).to_string(),
                "kibanaSavedObjectMeta": { "searchSourceJSON": search.to_string() },
            },
            "references": references,
        })
    }
}

fn metric(metric: &Metric) -> (&'static str, Value) {
    match metric {
        Metric::Count => ("count", json!({})),
        Metric::Unique(field, label) => ("cardinality", json!({ "field": field, "customLabel": label })),
        Metric::Sum(field, label) => ("sum", json!({ "field": field, "customLabel": label })),
        Metric::Percentiles(field, label, percents) => {
            ("percentiles", json!({ "field": field, "customLabel": label, "percents": percents }))
        }
    }
}

/// The first metric, whose id is 1; of percentiles the first.
fn order(panel: &Panel) -> String {
    match panel.metrics.first() {
        Some(Metric::Percentiles(_, _, [percent, ..])) => format!("1.{percent}"),
        _ => "1".to_owned(),
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Figures => "metric",
        Kind::Bars => "histogram",
        Kind::Lines => "line",
        Kind::Donut => "pie",
        Kind::Table => "table",
    }
}

/// Width and height in the dashboard's grid.
fn size(kind: Kind) -> (usize, usize) {
    match kind {
        Kind::Figures => (48, 7),
        Kind::Bars | Kind::Lines => (24, 13),
        Kind::Donut => (24, 13),
        Kind::Table => (24, 15),
    }
}

fn params(panel: &Panel) -> Value {
    match panel.kind {
        Kind::Figures => json!({
            "type": "metric", "addTooltip": true, "addLegend": false,
            "metric": {
                "percentageMode": false, "useRanges": false, "colorSchema": "Green to Red", "metricColorMode": "None",
                "colorsRange": [{ "from": 0, "to": 10000 }], "labels": { "show": true }, "invertColors": false,
                "style": { "bgFill": "#000", "bgColor": false, "labelColor": false, "subText": "", "fontSize": 32 },
            },
        }),
        Kind::Bars => chart(panel, "histogram", "stacked"),
        Kind::Lines => chart(panel, "line", "normal"),
        Kind::Donut => json!({
            "type": "pie", "addTooltip": true, "addLegend": true, "legendPosition": "right", "isDonut": true,
            "labels": { "show": false, "values": true, "last_level": true, "truncate": 100 },
        }),
        Kind::Table => json!({
            "perPage": 10, "showPartialRows": true, "showMetricsAtAllLevels": false, "showTotal": false,
            "totalFunc": "sum", "percentageCol": "", "sort": { "columnIndex": null, "direction": null },
        }),
    }
}

/// Axes and all: these charts have no defaults for what is left out.
fn chart(panel: &Panel, kind: &str, mode: &str) -> Value {
    let label = match panel.metrics.first() {
        Some(Metric::Unique(_, label) | Metric::Sum(_, label) | Metric::Percentiles(_, label, _)) => label,
        Some(Metric::Count) | None => "Count",
    };
    json!({
        "type": kind, "addTooltip": true, "addLegend": true, "legendPosition": "right", "times": [],
        "addTimeMarker": false, "grid": { "categoryLines": false }, "labels": { "show": false },
        "thresholdLine": { "show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C" },
        "categoryAxes": [{
            "id": "CategoryAxis-1", "type": "category", "position": "bottom", "show": true, "style": {},
            "scale": { "type": "linear" }, "labels": { "show": true, "filter": true, "truncate": 100 }, "title": {},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": "left", "show": true, "style": {},
            "scale": { "type": "linear", "mode": "normal" },
            "labels": { "show": true, "rotate": 0, "filter": false, "truncate": 100 }, "title": { "text": label },
        }],
        "seriesParams": [{
            "show": true, "type": kind, "mode": mode, "data": { "id": "1", "label": label },
            "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": true, "lineWidth": 2, "interpolate": "linear",
            "showCircles": true,
        }],
    })
}
