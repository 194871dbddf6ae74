//! http
pub mod rt;
mod url;
pub use url::{Scheme, Url, UrlError};
