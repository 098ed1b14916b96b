//! Secrets at rest: AES-256-GCM (NIST SP 800-38D), under keys that have names.
//!
//! A sealed text is `v1.KEY.DATA`: the key's name, then nonce (12 bytes), ciphertext and tag (16 bytes) in base64url.
//! Header and purpose are authenticated with it, so that a text can't be moved to another channel, or be read under
//! another key. The first key of the ring seals; the others open what was sealed before they were replaced.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, Generate, Key, KeyInit, Nonce, Payload};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::pull::Secret;

const FORM: &str = "v1";
const NONCE_BYTES: usize = 12;

#[derive(Debug, Error)]
pub enum KeyringError {
    #[error("the key file {path} can't be used: {source}")]
    File { path: String, source: std::io::Error },
    #[error("line {line} of the keys is not NAME:BASE64 of 32 bytes; make one with `openssl rand -base64 32`")]
    Line { line: usize },
    #[error("there is no key: give at least one NAME:BASE64")]
    Empty,
    #[error("sealed with key {0:?}, which is not in the ring: add it to the keys again, or connect the channel again")]
    UnknownKey(String),
    #[error("what is stored can't be opened: it was changed, or belongs to another channel")]
    Damaged,
}

struct NamedKey {
    name: String,
    cipher: Aes256Gcm,
    /// The key itself, from which secrets are derived.
    key: Secret,
}

/// The keys, newest first.
pub struct Keyring(Vec<NamedKey>);

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.name)).finish()
    }
}

impl Keyring {
    /// From `NAME:BASE64`, one a line or separated by commas; the first one seals.
    ///
    /// # Errors
    /// A line is no key, or there is none.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let entries = line.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            for entry in entries.filter(|_| !line.trim_start().starts_with('#')) {
                keys.push(named(entry).ok_or(KeyringError::Line { line: index + 1 })?);
            }
        }
        match keys.is_empty() {
            true => Err(KeyringError::Empty),
            false => Ok(Self(keys)),
        }
    }

    /// From a file that only its owner can read, which is made with a new key when it is not there.
    ///
    /// # Errors
    /// The file can't be made or read, or holds something else.
    pub fn open(path: &Path) -> Result<Self, KeyringError> {
        let failed = |source| KeyringError::File {
            path: path.display().to_string(),
            source,
        };
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(path).map_err(failed)?;
                std::fs::read_to_string(path).map_err(failed)?
            }
            text => text.map_err(failed)?,
        };
        Self::parse(&text)
    }

    /// `purpose` names what the text is and whose; it has to be said again to open it.
    pub fn seal(&self, secret: &Secret, purpose: &str) -> Result<String, KeyringError> {
        let key = self.0.first().ok_or(KeyringError::Empty)?;
        let header = format!("{FORM}.{}", key.name);
        let nonce = Nonce::<Aes256Gcm>::generate();
        let about = about(&header, purpose);
        let payload = Payload {
            msg: secret.reveal().as_bytes(),
            aad: about.as_bytes(),
        };
        let sealed = key.cipher.encrypt(&nonce, payload).map_err(|_| KeyringError::Damaged)?;
        let data = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat());
        Ok(format!("{header}.{data}"))
    }

    /// Secrets for a purpose that need not be stored, one from each key, the newest first: HMAC-SHA256 of the purpose
    /// (RFC 2104), in hexadecimal digits.
    pub fn derived(&self, purpose: &str) -> Vec<Secret> {
        let derive = |named: &NamedKey| {
            let mut mac = Hmac::<Sha256>::new_from_slice(named.key.reveal().as_bytes()).ok()?;
            mac.update(format!("derived\n{purpose}").as_bytes());
            let digits = mac
                .finalize()
                .into_bytes()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>();
            Some(Secret::new(digits))
        };
        self.0.iter().filter_map(derive).collect()
    }

    /// # Errors
    /// Its key has gone, or it is not what was sealed for this purpose.
    pub fn open_sealed(&self, sealed: &str, purpose: &str) -> Result<Secret, KeyringError> {
        let (header, data) = sealed.rsplit_once('.').ok_or(KeyringError::Damaged)?;
        let (form, name) = header.split_once('.').ok_or(KeyringError::Damaged)?;
        if form != FORM {
            return Err(KeyringError::Damaged);
        }
        let key = self.0.iter().find(|key| key.name == name);
        let key = key.ok_or_else(|| KeyringError::UnknownKey(name.to_owned()))?;
        let data = URL_SAFE_NO_PAD.decode(data).map_err(|_| KeyringError::Damaged)?;
        let (nonce, msg) = data.split_at_checked(NONCE_BYTES).ok_or(KeyringError::Damaged)?;
        let nonce = Nonce::<Aes256Gcm>::try_from(nonce).map_err(|_| KeyringError::Damaged)?;
        let about = about(header, purpose);
        let payload = Payload {
            msg,
            aad: about.as_bytes(),
        };
        let opened = key.cipher.decrypt(&nonce, payload).map_err(|_| KeyringError::Damaged)?;
        String::from_utf8(opened)
            .map(Secret::new)
            .map_err(|_| KeyringError::Damaged)
    }
}

/// The associated data. No purpose holds a line break, so no two of them are alike.
fn about(header: &str, purpose: &str) -> String {
    format!("{header}\n{purpose}")
}

fn named(line: &str) -> Option<NamedKey> {
    let (name, key) = line.split_once(':')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let bytes = STANDARD.decode(key.trim()).ok()?;
    let key = Key::<Aes256Gcm>::try_from(bytes.as_slice()).ok()?;
    Some(NamedKey {
        name: name.to_owned(),
        cipher: Aes256Gcm::new(&key),
        key: Secret::new(STANDARD.encode(&bytes)),
    })
}

/// Whole or not at all, and never in place of one that somebody else has just made.
fn make(path: &Path) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    let key = Key::<Aes256Gcm>::generate();
    writeln!(
        file,
        "# Opens the tokens of connected channels: keep it safe, and keep it. The first key seals; put a new one above it."
    )?;
    writeln!(file, "k1:{}", STANDARD.encode(key))?;
    file.sync_all()?;
    let made = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "new:HxwdGhsYGRYXFBUSExARDg8MDQoLCAkGBwQFAgMAAQE=";

    #[test]
    fn what_is_sealed_for_one_channel_is_nothing_for_another() {
        let ring = Keyring::parse(OLD).expect("a ring");
        let secret = Secret::new("1//refresh");
        let sealed = ring.seal(&secret, "UC1/refresh").expect("sealed");
        assert!(sealed.starts_with("v1.old.") && !sealed.contains("refresh"));
        assert_ne!(
            sealed,
            ring.seal(&secret, "UC1/refresh").expect("sealed"),
            "no nonce twice"
        );
        assert_eq!(ring.open_sealed(&sealed, "UC1/refresh").expect("opened"), secret);
        for (sealed, purpose) in [(sealed.as_str(), "UC2/refresh"), (sealed.as_str(), "UC1/access")] {
            assert!(matches!(ring.open_sealed(sealed, purpose), Err(KeyringError::Damaged)));
        }
        for length in 0..sealed.len() {
            assert!(ring.open_sealed(&sealed[..length], "UC1/refresh").is_err());
        }
        let mut changed = sealed.into_bytes();
        let last = changed.len() - 1;
        changed[last] = if changed[last] == b'A' { b'Q' } else { b'A' };
        let changed = String::from_utf8(changed).expect("text");
        assert!(ring.open_sealed(&changed, "UC1/refresh").is_err());
    }

    #[test]
    fn an_older_key_opens_and_the_newest_seals() {
        let sealed = Keyring::parse(OLD)
            .expect("a ring")
            .seal(&Secret::new("s"), "p")
            .expect("sealed");
        let both = Keyring::parse(&format!("{NEW}\n# replaced in May\n{OLD}\n")).expect("a ring");
        assert_eq!(both.open_sealed(&sealed, "p").expect("opened").reveal(), "s");
        assert!(
            both.seal(&Secret::new("s"), "p")
                .expect("sealed")
                .starts_with("v1.new.")
        );
        let alone = Keyring::parse(NEW).expect("a ring").open_sealed(&sealed, "p");
        assert!(matches!(alone, Err(KeyringError::UnknownKey(name)) if name == "old"));
    }

    /// GCM test case 16 of McGrew and Viega's specification: another implementation's key, nonce, data and tag.
    #[test]
    fn it_is_the_gcm_of_the_specification() {
        let hex = |text: &str| -> Vec<u8> {
            let digits = text
                .as_bytes()
                .chunks(2)
                .map(|pair| std::str::from_utf8(pair).expect("ascii"));
            digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
        };
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let plain = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let expected = hex(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
        );
        let key = Key::<Aes256Gcm>::try_from(key.as_slice()).expect("32 bytes");
        let nonce = Nonce::<Aes256Gcm>::try_from(hex("cafebabefacedbaddecaf888").as_slice()).expect("12 bytes");
        let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let payload = Payload { msg: &plain, aad: &aad };
        assert_eq!(Aes256Gcm::new(&key).encrypt(&nonce, payload).expect("sealed"), expected);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "# nothing",
            "k1",
            "k1:AAAA",
            ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "a.b:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ] {
            assert!(Keyring::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_file_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets.keys");
        let sealed = Keyring::open(&path)
            .expect("a ring")
            .seal(&Secret::new("s"), "p")
            .expect("sealed");
        assert_eq!(
            std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777,
            0o600
        );
        let again = Keyring::open(&path).expect("a ring");
        assert_eq!(again.open_sealed(&sealed, "p").expect("opened").reveal(), "s");
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            1,
            "no draft is left"
        );
    }
}
