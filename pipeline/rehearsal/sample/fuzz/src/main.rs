//! Feeds standard input to the parsers and looks that what they accept survives a round trip.

use std::io::Read;

use sample_kms_core::{from_hex, to_hex};

fn main() {
    let mut text = String::new();
    if std::io::stdin().read_to_string(&mut text).is_ok() {
        if let Some(bytes) = from_hex(text.trim()) {
            assert_eq!(to_hex(&bytes), text.trim().to_lowercase());
        }
    }
}
