//! Distilling.
