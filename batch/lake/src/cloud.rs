//! Object stores of clouds: `s3://`, `gs://`, `az://` and their like, by the object_store crate.
//!
//! delta-rs's own crates for these bring a lock table for S3, from the days when S3 could not refuse to overwrite. It
//! can now (`If-None-Match: *` on PutObject, since August 2024), as the other two always could, so the plain log store
//! is exactly-once on all three. A store that ignores that header is no place for a lake.

use std::sync::{Arc, Once};

use deltalake::DeltaResult;
use deltalake::logstore::{
    DeltaIOStorageBackend, LogStore, LogStoreFactory, ObjectStoreFactory, ObjectStoreRef, StorageConfig,
    default_logstore, logstore_factories, object_store_factories,
};
use object_store::path::Path;
use url::Url;

/// URL schemes of lakes in a cloud.
pub(crate) const SCHEMES: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];

struct Clouds;

impl ObjectStoreFactory for Clouds {
    fn parse_url_opts(&self, url: &Url, config: &StorageConfig) -> DeltaResult<(ObjectStoreRef, Path)> {
        let (store, path) = object_store::parse_url_opts(url, &config.raw)?;
        let store: ObjectStoreRef = Arc::new(store);
        let store = match &config.runtime {
            Some(runtime) => Arc::new(DeltaIOStorageBackend::new(store, runtime.clone())),
            None => store,
        };
        Ok((store, path))
    }
}

impl LogStoreFactory for Clouds {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<Arc<dyn LogStore>> {
        Ok(default_logstore(prefixed_store, root_store, location, options))
    }
}

/// Teaches delta-rs the schemes.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for scheme in SCHEMES {
            if let Ok(key) = Url::parse(&format!("{scheme}://")) {
                object_store_factories().insert(key.clone(), Arc::new(Clouds));
                logstore_factories().insert(key, Arc::new(Clouds));
            }
        }
    });
}
