//! The names of all operations, to find mistyped ones.

use std::sync::LazyLock;

use twilio_openapi::products;
use twilio_sdk_config::internal::file::nearest;

use super::media;

/// Every product with the IDs of its operations.
static NAMES: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let described = products().iter().map(|product| (product.stem, ids(product.text).collect()));
    described.chain([(media::PRODUCT, media::OPERATIONS.to_vec())]).collect()
});

/// Returns the operation IDs in a spec by searching its text. Parsing all products would take seconds.
fn ids(text: &'static str) -> impl Iterator<Item = &'static str> {
    // The value of a property of this name would be an object.
    text.split("\"operationId\":\"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// Checks that an operation exists: by `operationId`, or by product and `operationId`.
///
/// # Errors
///
/// Says what is wrong and which name is nearest, as a clause that follows the name.
pub(super) fn check(name: &str) -> Result<(), String> {
    let (product, id) = name.split_once('/').map_or((None, name), |(product, id)| (Some(product), id));
    let all = || NAMES.iter().flat_map(|(product, ids)| ids.iter().map(move |id| (*product, *id)));
    let own = || all().filter(|(of, _)| product.is_none_or(|product| product == *of));
    if own().any(|(_, known)| known == id) {
        return Ok(());
    }
    let qualified = |id: &str| product.map_or_else(|| id.to_owned(), |product| format!("{product}/{id}"));
    let near = nearest(id, own().map(|(_, id)| id)).map(qualified).or_else(|| {
        // The product is mistyped, or the operation belongs to another one.
        let with = |wanted: &str| {
            let products: Vec<&str> = all().filter(|(_, id)| *id == wanted).map(|(of, _)| of).collect();
            let of = nearest(product?, products.iter().copied()).or(products.first().copied())?;
            Some(format!("{of}/{wanted}"))
        };
        with(id).or_else(|| with(nearest(id, all().map(|(_, id)| id))?))
    });
    Err(match near {
        Some(near) => format!("does not exist; did you mean {near:?}?"),
        None => {
            "does not exist; give an operationId such as CreateMessage or api_v2010/CreateMessage".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{NAMES, check, products};
    use crate::route;

    #[test]
    fn review_68_the_names_are_those_of_the_specs() {
        let mut found = 0;
        for route in route::all() {
            for operation in &route.operations {
                let name = format!("{}/{}", route.product.stem, operation.id);
                assert_eq!((check(operation.id), check(&name)), (Ok(()), Ok(())), "{name}");
                found += 1;
            }
        }
        let of_specs = |(product, _): &&(&str, Vec<&str>)| products().iter().any(|own| own.stem == *product);
        let named: usize = NAMES.iter().filter(of_specs).map(|(_, ids)| ids.len()).sum();
        assert_eq!((found, named > 1500), (named, true));
    }
}
