//! Knows what is no text by its first bytes.

/// What data that starts so is likely to be; `None` for what may be text in UTF-8.
pub(crate) fn looks_like(start: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (
            b"PK\x03\x04",
            "a zip archive or an Excel workbook: unpack it, or save it as CSV",
        ),
        (b"\xff\xfe", "UTF-16: save it as CSV in UTF-8"),
        (b"\xfe\xff", "UTF-16: save it as CSV in UTF-8"),
        (
            b"\x28\xb5\x2f\xfd",
            "zstd-compressed: unpack it, or compress it with gzip",
        ),
        (b"BZh", "bzip2-compressed: unpack it, or compress it with gzip"),
        (b"\xfd7zXZ", "xz-compressed: unpack it, or compress it with gzip"),
        (b"PAR1", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as CSV"),
        (b"SQLite", "a SQLite database"),
    ];
    let kind = KINDS.iter().find(|(magic, _)| start.starts_with(magic));
    kind.map(|(_, what)| *what)
        .or(start.contains(&0).then_some("binary data"))
}
