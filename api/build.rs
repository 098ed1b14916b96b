//! Watches the built dashboard, so that a new build of it is embedded. The folder is made when it is absent: the crate
//! compiles without a dashboard, and then says so on `/`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all(Path::new("dashboard").join("dist"))?;
    println!("cargo:rerun-if-changed=dashboard/dist");
    // the macro that embeds them in tests does not see a new file
    println!("cargo:rerun-if-changed=../migrations");
    Ok(())
}
