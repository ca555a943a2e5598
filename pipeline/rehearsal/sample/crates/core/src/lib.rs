//! Splits a secret into shares so that any `threshold` of them give it back.

mod field;
mod hex;

pub use hex::{from_hex, to_hex};

/// One custodian's part of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The place of this share on the polynomial; never 0.
    pub index: u8,
    /// One byte for every byte of the secret.
    pub bytes: Vec<u8>,
}

/// Why shares could not be made or joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// The threshold is 0 or larger than the number of shares.
    Threshold,
    /// Two shares have the same index, or an index is 0.
    Index,
    /// The shares do not have the same length.
    Length,
}

/// Splits `secret` into `count` shares; `random` fills a buffer with random bytes.
pub fn split(
    secret: &[u8],
    threshold: u8,
    count: u8,
    mut random: impl FnMut(&mut [u8]),
) -> Result<Vec<Share>, ShareError> {
    if threshold == 0 || threshold > count {
        return Err(ShareError::Threshold);
    }
    let mut shares: Vec<Share> =
        (1..=count).map(|index| Share { index, bytes: Vec::with_capacity(secret.len()) }).collect();
    let mut polynomial = vec![0_u8; usize::from(threshold)];
    for byte in secret {
        random(&mut polynomial);
        polynomial[0] = *byte;
        for share in &mut shares {
            share.bytes.push(field::evaluate(&polynomial, share.index));
        }
    }
    Ok(shares)
}

/// Joins shares into the secret; too few of them give a wrong one, as the scheme wants it.
pub fn join(shares: &[Share]) -> Result<Vec<u8>, ShareError> {
    let Some(first) = shares.first() else {
        return Err(ShareError::Threshold);
    };
    if shares.iter().any(|share| share.bytes.len() != first.bytes.len()) {
        return Err(ShareError::Length);
    }
    let indexes: Vec<u8> = shares.iter().map(|share| share.index).collect();
    if indexes.contains(&0) || (1..indexes.len()).any(|at| indexes[..at].contains(&indexes[at])) {
        return Err(ShareError::Index);
    }
    let weights = field::weights_at_zero(&indexes);
    Ok((0..first.bytes.len())
        .map(|at| {
            shares
                .iter()
                .zip(&weights)
                .fold(0, |sum, (share, weight)| sum ^ field::multiply(share.bytes[at], *weight))
        })
        .collect())
}
