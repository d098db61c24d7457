//! The page's way in: translation only. Small structures cross as objects; documents cross as text.

use crate::inspect;
use crate::inspect::{Histogram, Inspection};
use crate::item::Settings;
use js_sys::Uint32Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// The opened logs, as JavaScript sees them.
#[wasm_bindgen(js_name = Inspection)]
pub struct JsInspection(inspect::Inspection);

#[wasm_bindgen(js_class = Inspection)]
impl JsInspection {
    /// An empty data set; throws when the settings cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(settings_json: &str) -> Result<Self, JsError> {
        Ok(Self(Inspection::new(settings_json)?))
    }

    /// The rules by which user agents are known (a `regexes.yaml`); throws when they cannot be used.
    pub fn set_user_agent_rules(&mut self, yaml: &str) -> Result<(), JsError> {
        Ok(self.0.set_user_agent_rules(yaml)?)
    }

    /// An MMDB file of places or autonomous systems; throws when it cannot be used.
    pub fn add_geo_database(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        Ok(self.0.add_geo_database(bytes)?)
    }

    /// Starts a file; throws when the source is not `s3://bucket/key`.
    pub fn begin(&mut self, file_name: &str, source: Option<String>) -> Result<(), JsError> {
        Ok(self.0.begin(file_name, source.as_deref())?)
    }

    /// The file's next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.0.push(chunk);
    }

    /// Ends the file.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// What is wrong with a filter whose `now` is `now_ms`, in milliseconds since 1970; null when it can be set.
    pub fn check_filter(&self, text: &str, now_ms: f64) -> Result<JsValue, JsError> {
        object(&self.0.check_filter(text, now_ms as i64))
    }

    /// Only the rows for which the filter holds, until another is set; throws when it is none.
    pub fn set_filter(&mut self, text: &str, now_ms: f64) -> Result<(), JsError> {
        Ok(self.0.set_filter(text, now_ms as i64)?)
    }

    /// The key under which addresses are replaced; throws when it is too short.
    pub fn set_redaction_key(&mut self, key: &str) -> Result<(), JsError> {
        Ok(self.0.set_redaction_key(key)?)
    }

    /// Whether documents show a placeholder for want of that key.
    pub fn lacks_redaction_key(&self) -> bool {
        self.0.lacks_redaction_key()
    }

    /// How far reading has come.
    pub fn progress(&self) -> Result<JsValue, JsError> {
        object(&self.0.progress())
    }

    /// Counts over the selected rows.
    pub fn summary(&self) -> Result<JsValue, JsError> {
        object(&self.0.summary())
    }

    /// Statuses of the selected rows over time.
    pub fn histogram(&self, bins: u32) -> JsHistogram {
        let Histogram { start_ms, bin_ms, bins, counts } = self.0.histogram(bins);
        JsHistogram { start_ms, bin_ms, bins, counts: Uint32Array::from(&counts[..]) }
    }

    /// A window of the selected rows.
    pub fn rows(&mut self, first: u32, count: u32) -> Result<JsValue, JsError> {
        object(&self.0.rows(first as usize, count as usize))
    }

    /// A window of rejected lines.
    pub fn rejections(&mut self, first: u32, count: u32) -> Result<JsValue, JsError> {
        object(&self.0.rejections(first as usize, count as usize))
    }

    /// A row's line as logged.
    pub fn raw(&mut self, row: u32) -> String {
        self.0.raw(row as usize)
    }

    /// A row's bulk action line.
    pub fn action(&mut self, row: u32) -> String {
        self.0.action(row as usize)
    }

    /// A row's document.
    pub fn document(&mut self, row: u32) -> String {
        self.0.document(row as usize)
    }
}

/// A histogram; its counts are a typed array, which is handed over without a copy.
#[wasm_bindgen(js_name = Histogram, getter_with_clone)]
pub struct JsHistogram {
    /// Start of the first bin, in milliseconds since 1970.
    #[wasm_bindgen(readonly)]
    pub start_ms: f64,
    /// Width of a bin in milliseconds.
    #[wasm_bindgen(readonly)]
    pub bin_ms: f64,
    /// Number of bins.
    #[wasm_bindgen(readonly)]
    pub bins: u32,
    /// `counts[bin * 6 + class]`.
    #[wasm_bindgen(readonly)]
    pub counts: Uint32Array,
}

/// The default settings as JSON.
#[wasm_bindgen]
pub fn default_settings() -> String {
    Settings::default().to_json()
}

/// The parser's version.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// `null` for what is absent: a field that is there with no value, rather than no field.
fn object(value: &impl Serialize) -> Result<JsValue, JsError> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    Ok(value.serialize(&serializer)?)
}
