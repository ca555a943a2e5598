use sample_kms_core::{join, split, ShareError};
use sample_kms_testing::Sequence;

#[test]
fn any_three_of_five_shares_give_the_secret() {
    let mut sequence = Sequence::default();
    let shares = split(b"a secret", 3, 5, |buffer| sequence.fill(buffer)).unwrap();
    assert_eq!(join(&shares[1..4]).unwrap(), b"a secret");
    assert_ne!(join(&shares[..2]).unwrap(), b"a secret");
}

#[test]
fn a_share_given_twice_is_refused() {
    let mut sequence = Sequence::default();
    let shares = split(b"a secret", 2, 2, |buffer| sequence.fill(buffer)).unwrap();
    assert_eq!(join(&[shares[0].clone(), shares[0].clone()]), Err(ShareError::Index));
}
