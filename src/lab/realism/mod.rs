//! realism
