//! Arithmetic in the field of 256 elements, with the polynomial of AES.

/// Multiplies two elements.
pub fn multiply(mut left: u8, mut right: u8) -> u8 {
    let mut product = 0;
    while right != 0 {
        if right & 1 == 1 {
            product ^= left;
        }
        let carry = left & 0x80 != 0;
        left <<= 1;
        if carry {
            left ^= 0x1b;
        }
        right >>= 1;
    }
    product
}

/// Inverts an element: its 254th power.
fn invert(element: u8) -> u8 {
    (0..253).fold(element, |power, _| multiply(power, element))
}

/// Evaluates a polynomial, lowest coefficient first.
pub fn evaluate(coefficients: &[u8], at: u8) -> u8 {
    coefficients.iter().rev().fold(0, |sum, coefficient| multiply(sum, at) ^ coefficient)
}

/// The factors with which values at `indexes` add up to the value at zero.
pub fn weights_at_zero(indexes: &[u8]) -> Vec<u8> {
    indexes
        .iter()
        .map(|own| {
            indexes
                .iter()
                .filter(|other| *other != own)
                .fold(1, |weight, other| multiply(weight, multiply(*other, invert(own ^ other))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_times_its_inverse_is_one() {
        assert!((1..=255).all(|element| multiply(element, invert(element)) == 1));
    }
}
