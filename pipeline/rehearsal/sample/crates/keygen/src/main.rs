//! `kms-keygen THRESHOLD COUNT` prints the shares of a new key, one a line.

use std::env;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use sample_kms_core::{split, to_hex};

const KEY_BYTES: usize = 32;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "--version") {
        println!("kms-keygen {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let numbers: Vec<u8> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let [threshold, count] = numbers[..] else {
        eprintln!("usage: kms-keygen THRESHOLD COUNT");
        return ExitCode::from(2);
    };
    let mut source = File::open("/dev/urandom").expect("this system has no /dev/urandom");
    let mut fill = |buffer: &mut [u8]| source.read_exact(buffer).expect("/dev/urandom does not end");
    let mut key = [0_u8; KEY_BYTES];
    fill(&mut key);
    match split(&key, threshold, count, fill) {
        Ok(shares) => {
            for share in shares {
                println!("{} {}", share.index, to_hex(&share.bytes));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("kms-keygen: {error:?}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use sample_kms_core::split;
    use sample_kms_testing::Sequence;

    #[test]
    fn a_key_has_as_many_shares_as_asked_for() {
        let mut sequence = Sequence::default();
        let shares = split(&[7; super::KEY_BYTES], 2, 4, |buffer| sequence.fill(buffer)).unwrap();
        assert_eq!(shares.iter().map(|share| share.index).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
}
