//! CRC-32C, the Castagnoli polynomial of RFC 3720 section 12.1, eight bytes a step. Proves no authorship.

/// The polynomial, bits reversed.
const POLYNOMIAL: u32 = 0x82F6_3B78;
/// Bytes a step.
const STEP: usize = 8;
static TABLES: [[u32; 256]; STEP] = tables();

/// The checksum of `bytes`.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    let crc = steps.iter().fold(u32::MAX, |crc, step| wide(crc, *step));
    !rest.iter().fold(crc, |crc, byte| crc >> 8 ^ TABLES[0][usize::from(crc as u8 ^ byte)])
}

fn wide(crc: u32, step: [u8; STEP]) -> u32 {
    let mixed = (u64::from_le_bytes(step) ^ u64::from(crc)).to_le_bytes();
    mixed.iter().enumerate().fold(0, |sum, (at, &byte)| sum ^ TABLES[STEP - 1 - at][usize::from(byte)])
}

const fn tables() -> [[u32; 256]; STEP] {
    let mut tables = [[0; 256]; STEP];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut step = 1;
    while step < STEP {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[step - 1][byte];
            tables[step][byte] = before >> 8 ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        step += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        // Appendix B.4.
        assert_eq!(crc(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc(&[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(crc(&(0..32).collect::<Vec<u8>>()), 0x46DD_794E);
        assert_eq!(crc(b"123456789"), 0xE306_9283);
    }
}
