//! What the page calls, in a browser.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Reflect};
use parser_wasm::JsInspection as Inspection;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const LOG: &str = include_str!("../../tests/fixtures/columns.log");
const GOLDEN: &str = include_str!("../../tests/fixtures/columns.ndjson");
const RULES: &str = include_str!("../rules/regexes.yaml");
const SOURCE: &str = include_str!("../../tests/fixtures/source.txt");

fn opened() -> Inspection {
    let mut inspection = Inspection::new("").expect("defaults");
    inspection.set_user_agent_rules(RULES).expect("rules");
    inspection.begin("columns.log", Some(SOURCE.trim().replace("{name}", "columns"))).expect("a source");
    inspection.push(LOG.as_bytes());
    inspection.push(b"nonsense");
    inspection.finish();
    inspection
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).expect("an object")
}

#[wasm_bindgen_test]
fn actions_and_documents_are_the_golden_bytes() {
    let mut inspection = opened();
    for (row, golden) in GOLDEN.lines().collect::<Vec<_>>().chunks(2).enumerate() {
        assert_eq!([inspection.action(row as u32), inspection.document(row as u32)], golden);
    }
    assert_eq!(inspection.raw(0), LOG.lines().next().expect("a line"));
}

#[wasm_bindgen_test]
fn structures_cross_as_objects_with_null_for_what_is_absent() {
    let mut inspection = opened();
    let summary = inspection.summary().expect("a summary");
    assert_eq!(get(&summary, "rows").as_f64(), Some(LOG.lines().count() as f64));
    assert_eq!(get(&summary, "rejected").as_f64(), Some(1.0));
    let file = Array::from(&get(&summary, "files")).get(0);
    assert!(get(&file, "damage").is_null());
    let rows = Array::from(&inspection.rows(1, 2).expect("rows"));
    assert_eq!(rows.length(), 2);
    assert_eq!(get(&rows.get(0), "line").as_f64(), Some(2.0));
    let rejected = Array::from(&inspection.rejections(0, 9).expect("rejections")).get(0);
    assert_eq!(get(&rejected, "code").as_string().as_deref(), Some("too_few_fields"));
    assert_eq!(inspection.histogram(10).counts.to_vec().iter().sum::<u32>(), LOG.lines().count() as u32);
}

#[wasm_bindgen_test]
fn bad_settings_and_sources_throw() {
    assert!(Inspection::new(r#"{"index":"UPPER"}"#).is_err());
    assert!(Inspection::new("").expect("defaults").begin("a.log", Some("nowhere".into())).is_err());
}

#[wasm_bindgen_test]
fn a_filter_selects_rows_and_its_problems_are_told() {
    let mut inspection = opened();
    assert!(inspection.check_filter("http.response.status_code: *", 0.0).expect("an answer").is_null());
    let problem = inspection.check_filter("url.pth: a", 0.0).expect("an answer");
    assert_eq!((get(&problem, "offset").as_f64(), get(&problem, "length").as_f64()), (Some(0.0), Some(7.0)));
    assert_eq!(get(&problem, "expected").as_string().as_deref(), Some("url.path"));
    assert!(inspection.set_filter("url.pth: a", 0.0).is_err());
    inspection.set_filter("not *", 0.0).expect("a filter");
    assert_eq!(get(&inspection.summary().expect("a summary"), "rows").as_f64(), Some(0.0));
    inspection.set_filter("", 0.0).expect("no filter");
    assert_eq!(get(&inspection.summary().expect("a summary"), "rows").as_f64(), Some(LOG.lines().count() as f64));
    assert!(!inspection.lacks_redaction_key());
}
