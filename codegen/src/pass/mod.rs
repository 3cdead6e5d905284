//! Fix-ups from spec to spec, each with a name, the defect it mends, and a count of what it did.

mod all_of;
mod authorization_header;
mod http_method;
mod inline_schema;
mod list_envelope;
mod one_enum;
mod one_of;
mod open_object;
mod scim_media_type;
mod secret;
mod transport_header;
pub(crate) mod walk;

pub(crate) use inline_schema::SEPARATOR;
pub(crate) use list_envelope::{ITEMS, MARK as PAGE};
pub(crate) use secret::MARK as SECRET;

use twilio_openapi::Spec;

use crate::{Error, Result};

/// One fix-up.
#[derive(Clone, Copy)]
pub struct Pass {
    /// The name in errors.
    pub name: &'static str,
    /// The defect or gap of the specs that it corrects.
    pub reason: &'static str,
    /// Changes the spec and says how many places it changed.
    apply: fn(&mut Spec) -> Result<usize>,
}

/// All passes in the order in which they run.
///
/// Compositions are merged before anything looks at objects, and schemas are hoisted after that, so that every
/// later stage meets nothing but references, scalars, lists and maps. Enums are joined once all have a name.
pub const PASSES: &[Pass] = &[
    authorization_header::PASS,
    transport_header::PASS,
    scim_media_type::PASS,
    all_of::PASS,
    one_of::PASS,
    open_object::PASS,
    http_method::PASS,
    secret::PASS,
    list_envelope::PASS,
    inline_schema::PASS,
    one_enum::PASS,
];

/// The number of changes of each pass, in the order of [`PASSES`].
#[derive(Clone, Debug, Default)]
pub struct Applied(Vec<usize>);

impl Applied {
    /// Adds another spec's counts.
    pub fn add(&mut self, other: &Self) {
        self.0.resize(PASSES.len(), 0);
        for (sum, count) in self.0.iter_mut().zip(&other.0) {
            *sum += count;
        }
    }

    /// The counts with the passes' names.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        PASSES.iter().zip(&self.0).map(|(pass, count)| (pass.name, *count))
    }

    /// Fails when a pass changed nothing in any spec that was added.
    pub fn check(&self) -> Result<()> {
        for (index, pass) in PASSES.iter().enumerate() {
            if self.0.get(index).copied().unwrap_or(0) == 0 {
                return Err(Error::NeverApplied { pass: pass.name, reason: pass.reason });
            }
        }
        Ok(())
    }
}

/// Runs every pass.
pub(crate) fn run(spec: &mut Spec) -> Result<Applied> {
    PASSES.iter().map(|pass| (pass.apply)(spec)).collect::<Result<Vec<_>>>().map(Applied)
}
