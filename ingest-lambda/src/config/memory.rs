//! Whether the function's memory holds what the configuration asks for.

use super::{Config, MOST_IN_FLIGHT};

const MIB: u64 = 1 << 20;

/// The program itself, its clients and their buffers.
const PROGRAM: u64 = 64 * MIB;

/// One object's reader.
const OBJECT: u64 = 8 * MIB;

/// What stands against it, in a function of so many MiB. The bound is that of docs/ARCHITECTURE.md (peak RSS), and
/// MMDB files are read whole; a batch that does not compress is as big compressed.
pub(super) fn problem(config: &Config, function_mib: u64) -> Option<String> {
    let batch = config.batch_bytes as u64;
    let objects = config.objects_in_flight as u64;
    let requests = MOST_IN_FLIGHT as u64;
    let geo = config.geo_bytes;
    let needed = PROGRAM + geo + objects * (requests * 2 * batch + OBJECT);
    if needed <= function_mib * MIB {
        return None;
    }
    let mib = |bytes: u64| bytes.div_ceil(MIB);
    Some(format!(
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE is {function_mib} MB, and up to {} MB are needed: 64, {} for MMDB files, and \
         {objects} objects (ALBATROSS_OBJECTS_IN_FLIGHT) × ({requests} requests × 2 × {batch} bytes \
         (ALBATROSS_BATCH_BYTES) + 8 MB): set the function's memory to {} MB or more, or these to less",
        mib(needed),
        mib(geo),
        mib(needed).div_ceil(64) * 64,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_said_in_numbers() {
        let variables = [("BUCKET", "logs"), ("ENDPOINT", "http://engine"), ("SETTLE", "keep")];
        let variables = variables.map(|(name, value)| (format!("ALBATROSS_{name}"), value.to_owned()));
        let mut config = Config::from_variables(variables).unwrap();
        // 64 + 4 × (2 × 2 × 3 + 8)
        assert_eq!(problem(&config, 144), None);
        assert!(problem(&config, 143).unwrap().contains("up to 144 MB are needed: 64, 0 for MMDB files"));
        config.geo_bytes = 70 * MIB;
        let problem = problem(&config, 144).unwrap();
        assert!(problem.contains("up to 214 MB are needed: 64, 70 for MMDB files"), "{problem}");
        assert!(problem.contains("set the function's memory to 256 MB or more"), "{problem}");
    }
}
