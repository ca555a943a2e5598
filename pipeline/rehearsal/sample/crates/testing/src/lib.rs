//! Fixtures for the tests of the other crates.

/// Bytes that look random and are the same in every run.
#[derive(Default)]
pub struct Sequence(u32);

impl Sequence {
    /// Fills `buffer` with the next bytes.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (self.0 >> 24) as u8;
        }
    }
}
