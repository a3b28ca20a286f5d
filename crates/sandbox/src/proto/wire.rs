//! The bytes of a message, field by field.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// What stands behind a field's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part<'m> {
    Number(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'m [u8]),
}

impl<'m> Part<'m> {
    pub(super) fn bytes(self) -> Result<&'m [u8], String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Err(format!("proto: wrong wireType for a message: {other:?}")),
        }
    }

    pub(super) fn text(self) -> Result<String, String> {
        let text = std::str::from_utf8(self.bytes()?).map_err(|_| "proto: a string is not valid UTF-8")?;
        Ok(text.to_owned())
    }

    /// A number of two's complement.
    pub(super) fn number(self) -> Result<i64, String> {
        match self {
            Self::Number(number) => Ok(number.cast_signed()),
            other => Err(format!("proto: wrong wireType for a number: {other:?}")),
        }
    }
}

/// The fields of a message, in its order, with their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'m>(&'m [u8]);

impl<'m> Fields<'m> {
    pub(super) fn of(message: &'m [u8]) -> Self {
        Self(message)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(first & 0x7f).checked_shl(shift)?;
            if first & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Part<'m>)> {
        let tag = self.number()?;
        let part = match tag & 7 {
            0 => Part::Number(self.number()?),
            1 => Part::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(self.number()?).ok()?;
                Part::Bytes(self.take(length)?)
            }
            5 => Part::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((tag >> 3, part))
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Result<(u64, Part<'m>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field().ok_or_else(|| "unexpected EOF".to_owned());
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}
