//! Cuts a fuzzer's bytes into values. Every input is a valid script: what is missing is zero or empty.

/// Bytes from which values are taken, front to back.
pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    /// A script of all of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.taken(1).first().copied().unwrap_or_default()
    }

    /// Whether the next byte is odd.
    pub fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// Two bytes, the higher first.
    pub fn word(&mut self) -> u16 {
        u16::from(self.byte()) << 8 | u16::from(self.byte())
    }

    /// Eight bytes, the highest first.
    pub fn long(&mut self) -> u64 {
        (0..8).fold(0, |sum, _| sum << 8 | u64::from(self.byte()))
    }

    /// Bytes behind their length of two bytes; fewer where fewer are left.
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = self.word();
        self.taken(usize::from(length))
    }

    /// Text behind the length of its bytes; what is not UTF-8 is replaced.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// A text behind a flag that says whether there is one.
    pub fn maybe(&mut self) -> Option<String> {
        self.flag().then(|| self.text())
    }

    /// Everything that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    fn taken(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
